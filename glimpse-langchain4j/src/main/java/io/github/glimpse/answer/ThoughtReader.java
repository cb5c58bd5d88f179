package io.github.glimpse.answer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reader of the thought: searches the closing tag, and holds calls that may end an unclosed thought. */
final class ThoughtReader implements CallScanner.Sink {

    private final CallScanner calls;
    private final LiteralSearch close;
    private final Work work;
    private final AnswerEvents events;
    private final List<ReadCall> heldCalls = new ArrayList<>();
    private final StringBuilder heldText = new StringBuilder();
    private int state;

    ThoughtReader(
            @Nullable ToolCallFormat format,
            @Nullable ThinkingTags tags,
            RequestTools tools,
            Work work,
            AnswerEvents events) {
        calls = new CallScanner(format, List.of(), tools, work, this);
        close = new LiteralSearch(tags == null ? List.of() : List.of(tags.close()));
        this.work = work;
        this.events = events;
    }

    /** Takes a character of the thought; true if it completes the closing tag. */
    boolean take(char unit) {
        work.examine(1);
        String tail = close.tail(state);
        state = close.step(state, unit);
        int released = tail.length() + 1 - close.held(state);
        for (int index = 0; index < released; index++) {
            calls.take(index < tail.length() ? tail.charAt(index) : unit);
        }
        if (close.match(state) < 0) {
            return false;
        }
        state = 0;
        calls.release();
        release();
        events.endThinking();
        return true;
    }

    void finish(AnswerEnding ending) {
        String tail = close.tail(state);
        for (int index = 0; index < tail.length(); index++) {
            calls.take(tail.charAt(index));
        }
        if (ending == AnswerEnding.COMPLETE) {
            calls.finish(ending);
        } else {
            calls.release();
            release();
        }
        events.endThinking();
        events.calls(heldCalls);
    }

    /** Calls with text after them are part of the thought. */
    private void release() {
        heldCalls.clear();
        events.thinking().append(heldText);
        heldText.setLength(0);
    }

    @Override
    public void text(char unit) {
        if (heldCalls.isEmpty()) {
            events.thinking().append(unit);
            return;
        }
        heldText.append(unit);
        if (!Blanks.isBlank(unit)) {
            release();
        }
    }

    @Override
    public void block(BlockReader block, String raw) {
        heldCalls.addAll(block.calls());
        heldText.append(raw);
    }

    @Override
    public void noBlock(List<String> unlisted) {}

    @Override
    public void cutBlock() {}

    @Override
    public void tag(String tag) {}
}
