// Ends the run with what a reader of its last lines needs: the slowest tests, those that passed at a second try alone,
// every test that was skipped and why, every failure with its words, and the one line of counts.
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const skipped = [];
    const failed = unhandledErrors.map((error) => `outside of a test: ${words(error)}`);
    const slow = [];
    const again = [];
    for (const module of modules) {
      for (const error of module.errors()) failed.push(`${module.relativeModuleId}: ${words(error)}`);
      for (const test of module.children.allTests()) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        const result = test.result();
        const seconds = (test.diagnostic()?.duration ?? 0) / 1000;
        if (seconds > 20) slow.push({ name, seconds });
        if (test.diagnostic()?.flaky) again.push(`${name}: ${(result.errors ?? []).map(words).join("; ")}`);
        if (result.state === "failed")
          failed.push(`${name} (${seconds.toFixed(1)} s): ${result.errors.map(words).join("; ")}`);
        else if (result.state === "passed") count.passed++;
        else skipped.push(`${test.fullName}${result.note ? ` (${result.note})` : ""}`);
      }
    }
    count.failed = failed.length;
    count.skipped = skipped.length;
    for (const { name, seconds } of slow.sort((a, b) => b.seconds - a.seconds).slice(0, 12))
      console.log(`slow: ${seconds.toFixed(0)} s ${name}`);
    for (const name of again) console.log(`passed only when tried again: ${name}`);
    for (const name of skipped) console.log(`skipped: ${name}`);
    for (const one of failed) console.log(`failed: ${one}`);
    console.log(
      `\n${count.passed} passed, ${count.failed} failed${skipped.length ? `, ${count.skipped} skipped` : ""}`,
    );
  }
}

function words(error) {
  return String(error?.message ?? error)
    .replaceAll(/\s+/g, " ")
    .slice(0, 300);
}
