// One ingest in a process that the test kills: node ingest-child.cjs STORE CSV
const { ingest } = require("../../../dist/data/store/ingest.js");
const { openStore } = require("../../../dist/data/store/open.js");

const [, , file, csv] = process.argv;
process.stdout.write("begun\n");
const store = openStore(file);
ingest(store, csv, "customers", { id: "CustomerID" }).then(() => {
  process.stdout.write("confirmed\n");
  store.close();
});
