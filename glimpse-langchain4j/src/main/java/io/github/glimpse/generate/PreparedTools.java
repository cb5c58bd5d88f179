package io.github.glimpse.generate;

import io.github.glimpse.text.JsonValues;
import io.github.glimpse.text.SectionMemory;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.ToolMessages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lists of tools as prompts have them, read, guarded, written and made into tokens once. Keeps those that were asked for last; a list
 * is known by what it says. One per model, safe for concurrent use.
 */
final class PreparedTools {

    private static final int MOST = 16;
    private static final String BEGIN = "\n<tools>\n";
    private static final String END = "\n</tools>";
    private static final Listed NOTHING = new Listed(List.of(), "", null);

    private final Map<List<OfferedTool>, Listed> lists = new LinkedHashMap<>(MOST, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<OfferedTool>, Listed> eldest) {
            return size() > MOST;
        }
    };

    /**
     * A list.
     *
     * @param tools for templates that write them
     * @param preamble for those that do not
     * @param sections remembers the tokens of prompts' stretches with the list; null where there is none
     */
    record Listed(
            List<Map<String, Object>> tools,
            String preamble,
            @Nullable SectionMemory sections) {}

    Listed of(List<OfferedTool> offered, Tokenizer tokenizer) {
        if (offered.isEmpty()) {
            return NOTHING;
        }
        synchronized (lists) {
            Listed known = lists.get(offered);
            if (known != null) {
                return known;
            }
        }
        List<Map<String, Object>> tools =
                offered.stream().map(tool -> described(tool, tokenizer)).toList();
        String preamble = ToolMessages.preamble(tools);
        Listed made = new Listed(tools, preamble, new SectionMemory(lines(preamble)));
        synchronized (lists) {
            lists.put(offered, made);
        }
        return made;
    }

    /** The tools alone, which templates that write them themselves write alike. */
    private static String lines(String preamble) {
        return preamble.substring(preamble.indexOf(BEGIN) + BEGIN.length(), preamble.lastIndexOf(END));
    }

    private static Map<String, Object> described(OfferedTool tool, Tokenizer tokenizer) {
        String description = tool.description();
        return ToolMessages.tool(
                tokenizer.guard(tool.shape().name()),
                description == null ? null : tokenizer.guard(description),
                JsonValues.read(tool.parameters(), tokenizer::guard));
    }
}
