const idName =
  /(^id$|[_\s-]id$|^id[_\s-]|uuid$|guid$|msisdn$|\b(customer|account|client|member|order|invoice) ?(no|nr|number|key)\.?$)/i;
const keyName =
  /[_\s-](ref|reference|no|num|key|serial)\.?$|.(number|nummer|nr)\.?$|(^|[_\s-])(ref|imei|imsi|iccid|ean|ssn|policy)$|(^|[_\s-])n[uú]m[eé]ro[_\s-]/i;
const camelId = /[a-z]I[dD]$/;
const camelKey = /[a-z](Ref|No|Key)$/;
const indexName =
  /^(column 1|unnamed: ?\d+|index|row ?_?(number|no|nr|id|names?)?|no\.?|nr\.?|#|key|lfd\.? ?nr\.?)$/i;
const codeName = /\b(code|zip|postcode|postal|plz|cap|cp)\b/i;
const timeName =
  /((?<!candi|man|up)date|time|stamp|epoch|since|(?:created|updated?|joined|login|seen)(?!d?[_\s-]*by(?![a-z]))|birth|_at$|_on$|_ts$|\bday\b|datum)/i;

/** Whether a column called so may name the row's subject, or another thing. */
export function mayBeId(name: string): boolean {
  return idName.test(name) || camelId.test(name);
}

/** Whether a column called so holds keys, of the row's subject or of another thing. */
export function mayBeKey(name: string): boolean {
  return mayBeId(name) || keyName.test(name.trim()) || camelKey.test(name);
}

/** Whether a column called so may number the rows. */
export function mayBeIndex(name: string): boolean {
  return indexName.test(name.trim());
}

/** Whether a column called so may hold codes that look like numbers. */
export function mayBeCode(name: string): boolean {
  return codeName.test(name);
}

/** Whether a column called so may hold moments. */
export function mayBeTime(name: string): boolean {
  return timeName.test(name);
}

/** A name without case, accents and separators. */
export function plainName(name: string): string {
  return name
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
}

/** Names of columns, or words, several a line with commas between. */
export function wordList(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(", "));
}

/** What columns of customers are usually called, those that surely name them first. */
export const customerNames: readonly string[] = wordList(
  "customer, customer id, customer no, customer number, cust id, cust, client, client id",
  "account, account id, account number, user, user id, member, member id, subscriber",
  "subscriber id, contact id, buyer, buyer id, shopper, msisdn, phone number, email, id",
  "kunde, kundennummer, kunden id",
);

const person =
  /^(customer|cust|client|account|acct|user|member|subscriber|contact|buyer|shopper|person|patient|employee|student|household|policyholder|kunden?|klant|cliente?|abonne)(id|no|nr|num|number|nummer|key|code|ref|name|uid|guid|uuid|hash)?$/;
const alsoPeople = [
  "cid",
  "uid",
  "name",
  "fullname",
  "phone",
  "mobile",
  "telephone",
  "emailaddress",
  "login",
];

/** Whether a column called so may name people: one of `customerNames`, or built as these are. */
export function mayBeCustomer(name: string): boolean {
  const plain = plainName(name);
  return (
    person.test(plain) || alsoPeople.includes(plain) || customerNames.some((own) => plainName(own) === plain)
  );
}

const things = new Set(
  [
    "sku ean gtin upc asin barcode isbn item items part parts plan plans site zone city town ort stadt place area land shop page url type class tier",
    "zip plz cap cp brand route cell tower tarif tariff rate offer title movie film book hotel flight unit machine car",
    "code size manager center centre make job shift lot batch",
  ].flatMap((line) => line.split(" ")),
);
const thingStarts =
  /^(product|produkt|prodotto|producto|produit|artic|artik|stock|store|branch|filial|station|post|region|district|country|county|province|model|device|vendor|supplier|liefer|campaign|kampagne|categor|kategor|airport|material|asset|vehicle|tariff|sensor|zip|municip|commune|gemeinde|depart)/;

/** Whether a column called so names things that have properties of their own, as products, places and plans do. */
export function mayBeThing(name: string): boolean {
  const words = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase();
  return words.split(/[^a-z]+/).some((word) => things.has(word) || thingStarts.test(word));
}
