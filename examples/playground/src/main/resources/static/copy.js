// The request as Java, YAML and curl.

const JAVA_NAMES = {
  profile: 'profile',
  strategy: 'pruningStrategy',
  retentionRatio: 'pruningRetentionRatio',
  threshold: 'pruningThreshold',
  maxRetentionRatio: 'maxRetentionRatio',
  minTokens: 'pruningMinTokens',
};

const kebab = (name) => name.replace(/[A-Z]/g, (c) => '-' + c.toLowerCase());
const quoted = (text) => JSON.stringify(text);
const shell = (text) => "'" + text.replaceAll("'", "'\\''") + "'";
const decimal = (n) => (Number.isInteger(n) ? n + '.0' : String(n));
const STEP = ['retentionRatio', 'threshold', 'maxRetentionRatio', 'minTokens'];
const javaNumber = (name, n) => (name === 'minTokens' ? String(n) : decimal(n));

function javaStep(step) {
  const numbers = STEP.filter((name) => step[name] != null).map((name) => `.${name}(${javaNumber(name, step[name])})`);
  return `PruningStep.builder(${quoted(step.strategy)})${step.at ? `.at(${quoted(step.at)})` : ''}${numbers.join('')}.build()`;
}

/** A method body for GlimpseChatModel. */
export function asJava(request, files) {
  const messages = request.messages.map((message) => {
    if (message.role === 'assistant') return `        AiMessage.from(${quoted(message.text)})`;
    const contents = (message.pictures ?? []).map(
      (n) => `            ImageContent.from(Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(${quoted(files[n].name)}))), ${quoted(files[n].type)})`,
    );
    contents.push(`            TextContent.from(${quoted(message.text)})`);
    return `        UserMessage.from(\n${contents.join(',\n')})`;
  });
  const s = request.settings;
  const set = [];
  for (const [name, java] of Object.entries(JAVA_NAMES)) {
    if (s[name] == null) continue;
    set.push(`.${java}(${typeof s[name] === 'string' ? quoted(s[name]) : javaNumber(name, s[name])})`);
  }
  if (s.schedule) set.push(`.pruningSchedule(List.of(\n            ${s.schedule.map(javaStep).join(',\n            ')}))`);
  if (s.seed != null) set.push(`.seed(${s.seed}L)`);
  if (s.temperature != null) set.push(`.temperature(${decimal(s.temperature)})`);
  if (s.maxOutputTokens != null) set.push(`.maxOutputTokens(${s.maxOutputTokens})`);
  return `ChatResponse response = chatModel.chat(ChatRequest.builder()
    .messages(
${messages.join(',\n')})
    .parameters(GlimpseChatRequestParameters.builder()
        ${set.concat('.build()').join('\n        ')})
    .build());
String answer = response.aiMessage().text();
PruningReport kept = ((GlimpseChatResponseMetadata) response.metadata()).pruning();
`;
}

/** application.yml with these settings for every request. */
export function asYaml(request) {
  const s = request.settings;
  const lines = ['glimpse:'];
  const pruning = Object.keys(JAVA_NAMES).filter((name) => s[name] != null).map((name) => `    ${kebab(name)}: ${s[name]}`);
  if (s.schedule) {
    pruning.push('    schedule:');
    for (const step of s.schedule) {
      pruning.push(`      - strategy: ${step.strategy}`);
      if (step.at) pruning.push(`        at: ${quoted(step.at)}`);
      for (const name of STEP) if (step[name] != null) pruning.push(`        ${kebab(name)}: ${step[name]}`);
    }
  }
  if (pruning.length) lines.push('  pruning:', ...pruning);
  const generation = ['seed', 'temperature', 'maxOutputTokens'].filter((name) => s[name] != null);
  if (generation.length) lines.push('  generation:', ...generation.map((name) => `    ${kebab(name)}: ${s[name]}`));
  if (lines.length === 1) return '# Nothing is set: the defaults of the model and its module apply.\n';
  return lines.join('\n') + '\n';
}

/** A command line that asks this page's own address. */
export function asCurl(request, files, origin) {
  const parts = files.map((file) => `  -F ${shell(`picture=@"${file.name}";type=${file.type}`)}`);
  return [`curl -N ${origin}/glimpse/playground/ask`, `  --form-string ${shell('request=' + JSON.stringify(request))}`, ...parts].join(' \\\n') + '\n';
}
