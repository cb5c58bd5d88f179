package io.github.glimpse.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Streaming parser of an answer: separates the thought, the text and the tool calls.
 *
 * <p>The joined events do not depend on how the answer is cut into pieces. Text and thought are trimmed at both ends,
 * no tag is
 * part of an event, and a block that is no call is text to the letter. The work is linear in the length of the
 * answer. One per
 * answer; not safe for concurrent use.
 */
public final class AnswerReader {

    /** Time at which the pieces of a call are reported. */
    public enum CallEvents {
        /** With the complete block, which may turn out to be text until then. */
        COMPLETE,
        /** As they come, for answers whose calls are constrained to the format while decoding. */
        STREAMED
    }

    private enum Phase {
        /** Before any output: a thought may be opened. */
        START,
        /** After the opening tag, which models repeat. */
        THOUGHT_START,
        THOUGHT,
        TEXT
    }

    private final AnswerSetup setup;
    private final AnswerEvents events;
    private final Work work = new Work();
    private final @Nullable ThinkingTags tags;
    private final @Nullable HarmonyReader harmony;
    private final CallScanner text;
    private final ThoughtReader thought;
    private final StringBuilder held = new StringBuilder();
    private Phase phase;

    /** Units of the opening tag that were held. */
    private int begun;

    private boolean mayHaveStrayTag;
    private boolean mayOpenText;
    private boolean isInTextTags;

    /** Starts an answer. */
    public AnswerReader(AnswerSetup setup, AnswerListener listener) {
        this.setup = setup;
        tags = setup.tags();
        events = new AnswerEvents(listener, setup.usedIds());
        RequestTools tools = new RequestTools(setup.tools(), setup.callEvents() == CallEvents.STREAMED, work);
        ToolCallFormat format = tools.isEmpty() ? null : setup.format();
        boolean isHarmony = ThinkingTags.HARMONY.equals(tags) || format == ToolCallFormat.HARMONY;
        harmony = isHarmony ? new HarmonyReader(setup.promptEnd(), tools, work, events) : null;
        ToolCallFormat blocks = isHarmony ? null : format;
        text = new CallScanner(blocks, searchedTags(), tools, work, new TextSink());
        boolean hasMarkers = blocks != null && !blocks.isWholeAnswer();
        thought = new ThoughtReader(hasMarkers ? blocks : null, tags, tools, work, events);
        ThinkingTags.Start start = tags == null ? ThinkingTags.Start.CLOSED : tags.start(setup.promptEnd());
        phase = tags == null ? Phase.TEXT : start == ThinkingTags.Start.INSIDE ? Phase.THOUGHT_START : Phase.START;
        mayHaveStrayTag = start == ThinkingTags.Start.OUTSIDE;
        mayOpenText = start == ThinkingTags.Start.CLOSED;
        isInTextTags = tags != null && tags.opensText(setup.promptEnd());
    }

    private List<String> searchedTags() {
        return tags == null ? List.of() : tags.literals();
    }

    /** Takes the next piece of the answer. */
    public void append(String piece) {
        for (int index = 0; index < piece.length(); index++) {
            take(piece.charAt(index));
        }
        BlockReader open = text.block();
        if (setup.callEvents() == CallEvents.STREAMED && open != null && open.openCall() != null) {
            events.openCall(open.openCall());
        }
        events.flush();
    }

    private void take(char unit) {
        if (harmony != null) {
            harmony.take(unit);
            return;
        }
        switch (phase) {
            case START, THOUGHT_START -> start(unit);
            case THOUGHT -> thought(unit);
            case TEXT -> text.take(unit);
        }
    }

    private void start(char unit) {
        work.examine(1);
        String open = tags == null ? "" : tags.open();
        held.append(unit);
        if (open.charAt(begun) == unit) {
            if (++begun == open.length()) {
                held.setLength(0);
                begun = 0;
                phase = phase == Phase.START ? Phase.THOUGHT_START : Phase.THOUGHT;
                mayHaveStrayTag = false;
            }
        } else if (begun > 0 || !Blanks.isBlank(unit)) {
            endStart();
        }
    }

    /** There is no opening tag: what was held is text or part of the thought. */
    private void endStart() {
        String all = held.toString();
        held.setLength(0);
        begun = 0;
        phase = phase == Phase.START ? Phase.TEXT : Phase.THOUGHT;
        for (int index = 0; index < all.length(); index++) {
            take(all.charAt(index));
        }
    }

    private void thought(char unit) {
        if (thought.take(unit)) {
            phase = Phase.TEXT;
            mayOpenText = true;
            mayHaveStrayTag = false;
        }
    }

    /**
     * Ends the answer, and reports what was held.
     *
     * @param ending reason of ending
     */
    public void finish(AnswerEnding ending) {
        if (harmony != null) {
            harmony.finish(ending);
        } else {
            if (phase == Phase.START || phase == Phase.THOUGHT_START) {
                endStart();
            }
            if (phase == Phase.THOUGHT) {
                thought.finish(ending);
            } else {
                text.finish(ending);
            }
        }
        events.finish();
    }

    /** Whether a thought is open. */
    public boolean isThinking() {
        return harmony != null ? harmony.isThinking() : phase == Phase.THOUGHT || phase == Phase.THOUGHT_START;
    }

    /** Whether the arguments of a call are being read, or the whole call where a format does not tell them apart. */
    public boolean isReadingCall() {
        BlockReader open = text.block();
        return harmony != null ? harmony.isReadingCall() : open != null && open.isReadingArguments();
    }

    /** Whether nothing has come yet that decides between a thought and text. */
    public boolean isUndecided() {
        return harmony != null ? harmony.isUndecided() : phase == Phase.START;
    }

    /** Characters that were examined, each as often as it was looked at. */
    public long examined() {
        return work.examined();
    }

    private final class TextSink implements CallScanner.Sink {

        @Override
        public void text(char unit) {
            events.text().append(unit);
        }

        @Override
        public void block(BlockReader block, String raw) {
            events.text().append(block.text());
            events.calls(block.calls());
        }

        @Override
        public void noBlock(List<String> unlisted) {
            events.noCall(unlisted);
        }

        @Override
        public void cutBlock() {
            events.text().dropBlanks();
        }

        @Override
        public void tag(String tag) {
            ThinkingTags known = tags;
            if (known == null) {
                return;
            }
            if (tag.equals(known.close()) && mayHaveStrayTag) {
                mayHaveStrayTag = false;
            } else if (tag.equals(known.openText())
                    && mayOpenText
                    && !events.text().isStarted()) {
                mayOpenText = false;
                isInTextTags = true;
            } else if (tag.equals(known.closeText()) && isInTextTags) {
                isInTextTags = false;
            } else {
                mayHaveStrayTag &= !tag.equals(known.open());
                events.text().append(tag);
            }
        }
    }
}
