package io.github.glimpse.constrain;

import io.github.glimpse.answer.AnswerEnding;
import io.github.glimpse.answer.AnswerListener;
import io.github.glimpse.answer.AnswerReader;
import io.github.glimpse.answer.AnswerSetup;
import io.github.glimpse.answer.ReadCall;
import io.github.glimpse.answer.ToolCallFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Events of an answer in the format of the golden cases: neighboring pieces are joined. */
final class ToolCallEvents implements AnswerListener {

    private final List<List<String>> events = new ArrayList<>();
    private int calls;

    static List<List<String>> of(String text, boolean cut, int... cuts) {
        ToolCallEvents events = new ToolCallEvents();
        AnswerReader reader = new AnswerReader(
                new AnswerSetup(null, "", ToolCallFormat.HERMES, List.of(), Set.of(), AnswerReader.CallEvents.STREAMED),
                events);
        int from = 0;
        for (int to : cuts) {
            reader.append(text.substring(from, to));
            from = to;
        }
        reader.append(text.substring(from));
        reader.finish(cut ? AnswerEnding.LENGTH : AnswerEnding.COMPLETE);
        events.add("finish", cut ? "LENGTH" : events.calls > 0 ? "TOOL_EXECUTION" : "STOP");
        return events.events;
    }

    /** Joins neighboring pieces. */
    private void add(String... event) {
        List<String> last = events.isEmpty() ? List.of("") : events.get(events.size() - 1);
        int piece = event.length - 1;
        boolean goesOn = !event[0].equals("complete")
                && last.size() == event.length
                && last.subList(0, piece).equals(Arrays.asList(event).subList(0, piece));
        if (goesOn) {
            List<String> longer = new ArrayList<>(last);
            longer.set(piece, last.get(piece) + event[piece]);
            events.set(events.size() - 1, longer);
        } else {
            events.add(Arrays.asList(event));
        }
    }

    @Override
    public void text(String piece) {
        add("text", piece);
    }

    @Override
    public void callPiece(int index, @Nullable String id, String name, String piece) {
        add("partial", String.valueOf(index), name, piece);
    }

    @Override
    public void call(int index, ReadCall call) {
        calls++;
        add("complete", String.valueOf(index), call.name(), call.arguments());
    }
}
