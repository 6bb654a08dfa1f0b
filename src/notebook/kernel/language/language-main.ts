/** The process that knows TypeScript; its argument is the JSON of LanguageOptions. */
import { type LanguageOptions, serveLanguage } from "./language-server";

serveLanguage(JSON.parse(process.argv[2]) as LanguageOptions);
