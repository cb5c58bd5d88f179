package io.github.glimpse.constrain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a parser told, as the golden cases write it. */
final class ToolCallEvents implements ToolCallListener {

    private final List<List<String>> events = new ArrayList<>();

    static List<List<String>> of(String text, boolean cut, int... cuts) {
        ToolCallEvents events = new ToolCallEvents();
        ToolCallParser parser = new ToolCallParser(ToolCallParser.Markers.TEXT, events);
        int from = 0;
        for (int to : cuts) {
            parser.append(text.substring(from, to));
            from = to;
        }
        parser.append(text.substring(from));
        parser.finish(cut ? ToolCallParser.Ending.CUT : ToolCallParser.Ending.COMPLETE);
        events.add("finish", cut ? "LENGTH" : parser.calls() > 0 ? "TOOL_EXECUTION" : "STOP");
        return events.events;
    }

    /** The same with neighbouring pieces joined. */
    static List<List<String>> joined(List<List<String>> events) {
        List<List<String>> joined = new ArrayList<>();
        for (List<String> event : events) {
            List<String> last = joined.isEmpty() ? List.of("") : joined.get(joined.size() - 1);
            int piece = event.size() - 1;
            boolean goesOn = !event.get(0).equals("complete")
                    && last.size() == event.size()
                    && last.subList(0, piece).equals(event.subList(0, piece));
            if (goesOn) {
                List<String> longer = new ArrayList<>(last);
                longer.set(piece, last.get(piece) + event.get(piece));
                joined.set(joined.size() - 1, longer);
            } else {
                joined.add(event);
            }
        }
        return joined;
    }

    private void add(String... event) {
        events.add(Arrays.asList(event));
    }

    List<List<String>> events() {
        return events;
    }

    @Override
    public void text(String text) {
        add("text", text);
    }

    @Override
    public void partial(int index, String name, String piece) {
        add("partial", String.valueOf(index), name, piece);
    }

    @Override
    public void complete(int index, String name, String arguments) {
        add("complete", String.valueOf(index), name, arguments);
    }
}
