package io.github.glimpse.answer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Incremental search for blocks of calls and other tags in text. A block that fails is text to the letter. */
final class CallScanner {

    /** Receiver of what was found, in the order of the text. */
    interface Sink {
        void text(char unit);

        /** A complete block with at least one call. */
        void block(BlockReader block, String raw);

        /**
         * A block that is text.
         *
         * @param unlisted names that make a complete block text, since the request does not list them
         */
        void noBlock(List<String> unlisted);

        /** A block that the length limit cut, and that is dropped. */
        void cutBlock();

        /** One of the other tags; the sink decides whether it is text. */
        void tag(String tag);
    }

    private final @Nullable ToolCallFormat format;
    private final RequestTools tools;
    private final Work work;
    private final Sink sink;
    private final int markers;
    private final LiteralSearch literals;
    private final StringBuilder raw = new StringBuilder();
    private int state;
    private @Nullable BlockReader block;

    /**
     * @param format format of the calls; null if the request has no tools
     * @param tags other tags to search for
     */
    CallScanner(@Nullable ToolCallFormat format, List<String> tags, RequestTools tools, Work work, Sink sink) {
        this.format = format;
        this.tools = tools;
        this.work = work;
        this.sink = sink;
        List<String> all = new ArrayList<>(format == null ? List.of() : format.markers());
        markers = all.size();
        all.addAll(tags);
        literals = new LiteralSearch(all);
        block = format != null && format.isWholeAnswer() ? format.block(0, tools, work) : null;
    }

    void take(char unit) {
        if (block == null) {
            search(unit);
            return;
        }
        Step step = block.take(unit);
        if (step == Step.FAIL) {
            fail(block, unit);
            return;
        }
        raw.append(unit);
        if (step == Step.DONE) {
            endBlock(block, true);
        }
    }

    private void search(char unit) {
        work.examine(1);
        String tail = literals.tail(state);
        state = literals.step(state, unit);
        int released = tail.length() + 1 - literals.held(state);
        for (int index = 0; index < released; index++) {
            sink.text(index < tail.length() ? tail.charAt(index) : unit);
        }
        int match = literals.match(state);
        if (match < 0) {
            return;
        }
        state = 0;
        if (match >= markers || format == null) {
            sink.tag(literals.literal(match));
        } else {
            raw.append(literals.literal(match));
            block = format.block(match, tools, work);
        }
    }

    /** The block is text, except for the beginning of a literal at its end, where the search goes on. */
    private void fail(BlockReader failed, char unit) {
        int kept = raw.length() - failed.begun();
        String rest = raw.substring(kept) + unit;
        raw.setLength(kept);
        releaseBlock(List.of());
        for (int index = 0; index < rest.length(); index++) {
            take(rest.charAt(index));
        }
    }

    private void releaseBlock(List<String> unlisted) {
        block = null;
        sink.noBlock(unlisted);
        text(raw);
        raw.setLength(0);
    }

    private void text(CharSequence text) {
        for (int index = 0; index < text.length(); index++) {
            sink.text(text.charAt(index));
        }
    }

    private void endBlock(BlockReader ended, boolean isComplete) {
        if (!isComplete || ended.calls().isEmpty()) {
            releaseBlock(isComplete ? ended.unlisted() : List.of());
            return;
        }
        block = null;
        String all = raw.toString();
        raw.setLength(0);
        sink.block(ended, all);
    }

    /** The block that is being read. */
    @Nullable
    BlockReader block() {
        return block;
    }

    /** Ends the text. */
    void finish(AnswerEnding ending) {
        if (block == null) {
            text(literals.tail(state));
            state = 0;
        } else if (ending == AnswerEnding.COMPLETE) {
            endBlock(block, block.finish());
        } else {
            String kept = block.textIfCut(raw.toString());
            if (kept.isEmpty()) {
                sink.cutBlock();
            }
            text(kept);
            raw.setLength(0);
            block = null;
        }
    }

    /** Ends the search: all that is held is text. */
    void release() {
        text(block == null ? literals.tail(state) : raw);
        raw.setLength(0);
        state = 0;
        block = null;
    }
}
