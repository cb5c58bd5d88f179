package io.github.glimpse.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sum of the events of an answer. */
final class AnswerEventLog implements AnswerListener {

    final StringBuilder text = new StringBuilder();
    final StringBuilder thinking = new StringBuilder();
    final List<ReadCall> calls = new ArrayList<>();
    final List<String> unlisted = new ArrayList<>();
    final TreeMap<Integer, StringBuilder> pieces = new TreeMap<>();
    long examined;

    static AnswerEventLog of(
            ToolCallFormat format,
            @Nullable ThinkingTags tags,
            List<AnswerTool> tools,
            AnswerEnding ending,
            String... pieces) {
        return read(
                new AnswerSetup(tags, "", format, tools, Set.of(), AnswerReader.CallEvents.COMPLETE),
                ending,
                List.of(pieces));
    }

    static AnswerEventLog read(AnswerSetup setup, AnswerEnding ending, Iterable<String> pieces) {
        AnswerEventLog log = new AnswerEventLog();
        AnswerReader reader = new AnswerReader(setup, log);
        pieces.forEach(reader::append);
        reader.finish(ending);
        log.examined = reader.examined();
        return log;
    }

    @Override
    public void text(String piece) {
        text.append(piece);
    }

    @Override
    public void thinking(String piece) {
        thinking.append(piece);
    }

    @Override
    public void callPiece(int index, @Nullable String id, String name, String piece) {
        pieces.computeIfAbsent(index, unseen -> new StringBuilder()).append(piece);
    }

    @Override
    public void call(int index, ReadCall call) {
        String joined = String.valueOf(pieces.get(index));
        if (!joined.equals(call.arguments())) {
            throw new AssertionError("Pieces " + joined + " are not the arguments " + call.arguments());
        }
        calls.add(call);
    }

    @Override
    public void unlistedTool(String name) {
        unlisted.add(name);
    }
}
