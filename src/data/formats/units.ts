/** Signs and codes of currencies, as they stand before or after an amount. */
const currencies: ReadonlySet<string> = new Set(
  (
    "$ € £ ¥ ₹ ₽ ₩ ₺ ₴ ₪ ₫ ₱ ₦ ฿ R$ US$ A$ C$ NZ$ HK$ S$ Rs Rs. kr kr. zł Kč Ft lei лв " +
    "USD EUR GBP CHF JPY CNY INR BRL RUB CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY ILS ZAR MXN KRW SGD HKD THB " +
    "IDR MYR PHP VND NGN EGP AED SAR UAH ARS CLP COP PEN"
  ).split(" "),
);

/** Units of measure that stand after a number. */
const units: ReadonlySet<string> = new Set(
  (
    "% ‰ ٪ ％ ct ¢ pp kWh Wh MWh GWh W kW MW kWp kVA V A GB MB KB TB B GiB MiB KiB Mbps kbit Mbit Gbit Gbps kbps ms s sec secs second seconds min mins minute " +
    "minutes h hr hrs hour hours d day days wk week weeks mo month months yr yrs y year years km m cm mm mi mile miles ft " +
    "in kg g mg t lb lbs oz l ml m² m³ ha °C °F °C. °F. K Hz kHz MHz GHz bpm dB dBm calls call SMS points pts pcs x"
  ).split(" "),
);

/** Whether the word stands for a currency. */
export function isCurrency(word: string): boolean {
  return currencies.has(word);
}

/** Whether a number may be followed by the word and still be a number: nothing, a currency, a percent sign, a unit, or one by another. */
export function isUnit(word: string): boolean {
  return word === "" || word.split("/").every((part) => currencies.has(part) || units.has(part));
}
