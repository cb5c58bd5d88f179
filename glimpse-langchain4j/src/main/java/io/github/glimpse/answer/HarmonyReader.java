package io.github.glimpse.answer;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Streaming parser of GPT-OSS messages: {@code analysis} is the thought, a recipient makes a call, all else is text.
 * Messages of
 * one kind are joined with a line break; headers are no text.
 */
final class HarmonyReader {

    private enum Kind {
        TEXT,
        THOUGHT,
        CALL
    }

    private static final String START = "<|start|>";

    /** Beginning of each message but the first. */
    static final String ASSISTANT = START + "assistant";

    static final String CHANNEL = "<|channel|>";
    static final String MESSAGE = "<|message|>";
    static final List<String> ENDS = List.of("<|end|>", "<|call|>", "<|return|>");

    /** Texts that structure an answer. */
    static final List<String> LITERALS =
            List.of(START, CHANNEL, MESSAGE, ENDS.get(0), ENDS.get(1), ENDS.get(2), "<|constrain|>");

    private static final LiteralSearch IN_HEADER =
            new LiteralSearch(List.of(MESSAGE, START, ENDS.get(0), ENDS.get(1), ENDS.get(2)));

    /** Texts that end the body of a message. */
    static final List<String> BODY_ENDS = List.of(START, ENDS.get(0), ENDS.get(1), ENDS.get(2));

    private static final LiteralSearch IN_MESSAGE = new LiteralSearch(BODY_ENDS);

    /** Texts with which a header begins; any other text has no header. */
    private static final List<String> BEGINNINGS = List.of(CHANNEL, "assistant", "to=");

    private static final String FUNCTIONS = "functions.";
    private static final Pattern RECIPIENT = Pattern.compile("to=([^\\s<]+)");
    private static final Pattern THOUGHT = Pattern.compile("<\\|channel\\|>\\s*analysis\\b");

    private final RequestTools tools;
    private final Work work;
    private final AnswerEvents events;
    private final StringBuilder header = new StringBuilder();
    private final StringBuilder raw = new StringBuilder();
    private boolean inHeader = true;
    private boolean isKnownHeader;
    private boolean isMessageStart;
    private int state;
    private Kind kind = Kind.TEXT;
    private String recipient = "";
    private ValueReader arguments = new ValueReader(Dialect.JSON);
    private boolean isComplete;

    HarmonyReader(String prompt, RequestTools tools, Work work, AnswerEvents events) {
        this.tools = tools;
        this.work = work;
        this.events = events;
        events.text().trim();
        String open = prompt.substring(Math.max(0, prompt.lastIndexOf(START)));
        int message = open.indexOf(MESSAGE);
        if (message >= 0 && ENDS.stream().noneMatch(end -> open.indexOf(end, message) >= 0)) {
            header.append(open, 0, message);
            beginMessage();
        }
    }

    boolean isThinking() {
        return !inHeader && kind == Kind.THOUGHT;
    }

    boolean isReadingCall() {
        return !inHeader && kind == Kind.CALL;
    }

    boolean isUndecided() {
        return inHeader;
    }

    void take(char unit) {
        work.examine(1);
        LiteralSearch search = inHeader ? IN_HEADER : IN_MESSAGE;
        String tail = search.tail(state);
        state = search.step(state, unit);
        int released = tail.length() + 1 - search.held(state);
        int match = search.match(state);
        if (inHeader) {
            if (header.isEmpty() && Blanks.isBlank(unit)) {
                return;
            }
            header.append(unit);
            if (match >= 0) {
                header.setLength(header.length() - search.literal(match).length());
                endHeader(search.literal(match));
            } else if (!isHeader()) {
                headerIsText();
            }
            return;
        }
        for (int index = 0; index < released; index++) {
            body(index < tail.length() ? tail.charAt(index) : unit);
        }
        if (match >= 0) {
            endMessage(AnswerEnding.COMPLETE);
            beginHeader();
        }
    }

    private void beginHeader() {
        inHeader = true;
        isKnownHeader = false;
        header.setLength(0);
        state = 0;
    }

    /** Whether the header so far is one or may become one. */
    private boolean isHeader() {
        if (isKnownHeader) {
            return true;
        }
        String begun = Blanks.strip(header.toString());
        work.examine(begun.length());
        isKnownHeader = BEGINNINGS.stream().anyMatch(begun::startsWith);
        return isKnownHeader
                || BEGINNINGS.stream().anyMatch(known -> known.startsWith(begun))
                || LITERALS.stream().anyMatch(literal -> literal.startsWith(begun));
    }

    private void headerIsText() {
        String all = header.toString();
        header.setLength(0);
        beginMessage();
        for (int index = 0; index < all.length(); index++) {
            take(all.charAt(index));
        }
    }

    private void endHeader(String literal) {
        if (literal.equals(MESSAGE)) {
            beginMessage();
        } else {
            beginHeader();
        }
    }

    private void beginMessage() {
        events.flush();
        inHeader = false;
        state = 0;
        isMessageStart = true;
        Matcher to = RECIPIENT.matcher(header);
        boolean hasRecipient = to.find();
        recipient = hasRecipient ? to.group(1) : "";
        kind = hasRecipient ? Kind.CALL : THOUGHT.matcher(header).find() ? Kind.THOUGHT : Kind.TEXT;
        raw.setLength(0);
        arguments = new ValueReader(Dialect.JSON);
        isComplete = false;
    }

    private void body(char unit) {
        if (kind == Kind.CALL) {
            raw.append(unit);
            argument(unit);
        } else {
            append(kind == Kind.THOUGHT ? events.thinking() : events.text(), unit);
        }
    }

    private void append(TrimmedText target, char unit) {
        if (isMessageStart && target.isStarted()) {
            target.append('\n');
        }
        isMessageStart = false;
        target.append(unit);
    }

    private void argument(char unit) {
        work.examine(1);
        if (isComplete || (raw.length() == 1 && unit != '{')) {
            if (!Blanks.isBlank(unit)) {
                callIsText();
            } else if (!isComplete) {
                raw.setLength(0);
            }
            return;
        }
        Step step = arguments.take(unit);
        if (step == Step.DONE) {
            isComplete = true;
        } else if (step != Step.MORE) {
            callIsText();
        }
    }

    private void callIsText() {
        kind = Kind.TEXT;
        for (int index = 0; index < raw.length(); index++) {
            append(events.text(), raw.charAt(index));
        }
        raw.setLength(0);
    }

    private void endMessage(AnswerEnding ending) {
        if (kind != Kind.CALL || ending == AnswerEnding.LENGTH) {
            return;
        }
        String name = recipient.startsWith(FUNCTIONS) ? recipient.substring(FUNCTIONS.length()) : null;
        if (isComplete && name != null && tools.lists(name)) {
            events.calls(List.of(new ReadCall(null, name, arguments.value())));
            return;
        }
        if (isComplete) {
            events.noCall(List.of(name == null ? recipient : name));
        }
        callIsText();
    }

    void finish(AnswerEnding ending) {
        if (inHeader) {
            return;
        }
        String tail = IN_MESSAGE.tail(state);
        for (int index = 0; index < tail.length(); index++) {
            body(tail.charAt(index));
        }
        endMessage(ending);
    }
}
