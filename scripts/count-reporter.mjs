// Ends the run with the one line that says what happened, and names every test that was skipped and why it was.
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const skipped = [];
    for (const module of modules) {
      if (module.errors().length > 0) count.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "skipped" || result.state === "pending") {
          count.skipped++;
          skipped.push(`${test.fullName}${result.note ? ` (${result.note})` : ""}`);
        } else count[result.state]++;
      }
    }
    count.failed += unhandledErrors.length;
    for (const name of skipped) console.log(`skipped: ${name}`);
    console.log(
      `\n${count.passed} passed, ${count.failed} failed${skipped.length ? `, ${count.skipped} skipped` : ""}`,
    );
  }
}
