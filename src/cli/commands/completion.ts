import { Argument, Command } from "commander";
import { print } from "../support/output";

/** What can be completed after a path of commands such as `data fetch`. */
interface Place {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly help: string }[];
  /** Options whose value is one of a list. */
  readonly choices: readonly { readonly option: string; readonly values: readonly string[] }[];
}

/** `telelink completion`: a script that completes commands and options in a shell. */
export function completionCommand(): Command {
  return new Command("completion")
    .description("print a completion script for a shell")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
Examples:
  $ telelink completion bash > /etc/bash_completion.d/telelink
  $ telelink completion zsh > ~/.zfunc/_telelink     # a folder of your fpath
  $ telelink completion fish > ~/.config/fish/completions/telelink.fish`,
    )
    .action(async (shell: "bash" | "zsh" | "fish", _options: unknown, self: Command) => {
      let root = self;
      while (root.parent) root = root.parent;
      const { learnerLines } = await import("../../models/learner-names.js");
      const model = root.commands
        .find((command) => command.name() === "train")
        ?.options.find((option) => option.long === "--model");
      if (model) model.argChoices = ["auto", ...learnerLines().map((line) => line.kind)];
      print({ bash: bashScript, zsh: zshScript, fish: fishScript }[shell](placesOf(root, "")));
    });
}

function placesOf(command: Command, path: string): Place[] {
  const options = command.options.filter((option) => !option.hidden);
  const words = [
    ...command.commands.map((command) => ({ word: command.name(), help: command.description() })),
    ...options.flatMap((option) => (option.long ? [{ word: option.long, help: option.description }] : [])),
    { word: "--help", help: "show help" },
  ];
  const choices = options.flatMap((option) =>
    option.long && option.argChoices ? [{ option: option.long, values: option.argChoices }] : [],
  );
  return [
    { path, words, choices },
    ...command.commands.flatMap((command) =>
      placesOf(command, path === "" ? command.name() : `${path} ${command.name()}`),
    ),
  ];
}

function bashScript(places: readonly Place[]): string {
  return `# bash completion for telelink
_telelink() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path:\${COMP_WORDS[i]}" in
${pathCases(places, '      "', '"')}
    esac
  done
  local words=""
  case "$path $previous" in
${choiceCases(places, (values) => `COMPREPLY=($(compgen -W "${values}" -- "$word")); return`)}
  esac
  case "$path" in
${places.map((place) => `    "${place.path}") words="${place.words.map(({ word }) => word).join(" ")}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ \${#COMPREPLY[@]} -gt 0 || "$word" == -* ]] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _telelink telelink`;
}

function zshScript(places: readonly Place[]): string {
  return `#compdef telelink
# zsh completion for telelink
_telelink() {
  local path_="" previous="\${words[CURRENT-1]}" i
  for ((i = 2; i < CURRENT; i++)); do
    case "$path_:\${words[i]}" in
${pathCases(places, '      "', '"').replaceAll("path=", "path_=")}
    esac
  done
  case "$path_ $previous" in
${choiceCases(places, (values) => `compadd ${values}; return`)}
  esac
  local -a list
  case "$path_" in
${places
  .map(
    (place) =>
      `    "${place.path}") list=(${place.words.map(({ word, help }) => `'${word}:${escaped(help)}'`).join(" ")}) ;;`,
  )
  .join("\n")}
  esac
  _describe 'telelink' list
  _files
}
compdef _telelink telelink`;
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const seen =
      place.path === "" ? [] : place.path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
    const commands = place.words.filter(({ word }) => !word.startsWith("--")).map(({ word }) => word);
    const unseen = commands.length > 0 ? [`not __fish_seen_subcommand_from ${commands.join(" ")}`] : [];
    const when = [...seen, ...unseen].join("; and ") || "true";
    return place.words.map(({ word, help }) => {
      const values = place.choices.find(({ option }) => option === word)?.values;
      const flag = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c telelink -n '${when}' ${flag}${values ? ` -x -a '${values.join(" ")}'` : ""} -d '${escaped(help)}'`;
    });
  });
  return ["# fish completion for telelink", ...lines].join("\n");
}

/** Shell cases that follow the words typed so far down the tree of commands. */
function pathCases(places: readonly Place[], before: string, after: string): string {
  return places
    .filter((place) => place.path !== "")
    .map((place) => {
      const words = place.path.split(" ");
      const parent = words.slice(0, -1).join(" ");
      return `${before}${parent}:${words[words.length - 1]}${after}) path="${place.path}" ;;`;
    })
    .join("\n");
}

function choiceCases(places: readonly Place[], action: (values: string) => string): string {
  return places
    .flatMap((place) =>
      place.choices.map(
        ({ option, values }) => `    "${place.path} ${option}") ${action(values.join(" "))} ;;`,
      ),
    )
    .join("\n");
}

function escaped(help: string): string {
  return help.replaceAll("'", "").replaceAll(":", " -").replaceAll("\n", " ");
}
