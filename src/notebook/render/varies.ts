/** The tag of cells whose outputs vary from run to run by their nature, as nbval calls it. */
export const variesTag = "nbval-ignore-output";
