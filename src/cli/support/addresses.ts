/** What the help of commands says of tables that are no files of this machine. */
export const addresses = `Addresses: s3://bucket/name (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION; AWS_ENDPOINT_URL for other stores than
Amazon's), https://… (signed addresses of any object store), postgresql://user@host/database?table=schema.table (PGPASSWORD).
They are copied first, and written once all is well; a table of a database is written over only where telelink made it.`;
