package io.github.glimpse.generate;

import io.github.glimpse.template.DescribedTools;
import io.github.glimpse.template.ToolMessages;
import io.github.glimpse.text.JsonValues;
import io.github.glimpse.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists of tools as prompts have them, read, guarded, written and made into tokens once. Keeps those that were asked for last; a list
 * is known by what it says. One per model, safe for concurrent use.
 */
final class PreparedTools {

    private static final int MOST = 16;
    private final Map<List<OfferedTool>, DescribedTools> lists = new LinkedHashMap<>(MOST, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<OfferedTool>, DescribedTools> eldest) {
            return size() > MOST;
        }
    };

    DescribedTools of(List<OfferedTool> offered, Tokenizer tokenizer) {
        if (offered.isEmpty()) {
            return DescribedTools.NONE;
        }
        synchronized (lists) {
            DescribedTools known = lists.get(offered);
            if (known != null) {
                return known;
            }
        }
        List<Map<String, Object>> tools =
                offered.stream().map(tool -> described(tool, tokenizer)).toList();
        DescribedTools made = DescribedTools.of(tools);
        synchronized (lists) {
            lists.put(offered, made);
        }
        return made;
    }

    private static Map<String, Object> described(OfferedTool tool, Tokenizer tokenizer) {
        String description = tool.description();
        return ToolMessages.tool(
                tokenizer.guard(tool.shape().name()),
                description == null ? null : tokenizer.guard(description),
                JsonValues.read(tool.parameters(), tokenizer::guard));
    }
}
