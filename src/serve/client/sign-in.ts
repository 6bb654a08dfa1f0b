import { byId, signIn } from "./dom.js";

const begin = async (): Promise<void> => {
  if (!(await signIn())) return;
  // Only pages of this app, below the folder of this one.
  const to = new URLSearchParams(location.search).get("to") ?? "";
  location.replace(/^[\w-]+(\/[\w.-]+)*$/.test(to) ? to : "./");
};

byId("sign-in").addEventListener("click", () => void begin());
void begin();
