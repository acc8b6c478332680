// Imported before the command: at its end it says the most memory it ever held, on standard error. Plain JavaScript,
// so that the type stripper is not in the figure.
process.on('exit', () => {
  process.stderr.write(`${JSON.stringify({ maxRssKiB: process.resourceUsage().maxRSS })}\n`)
})
