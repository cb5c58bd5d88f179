package io.github.glimpse.template;

import io.github.glimpse.text.SectionMemory;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A list of tools as prompts have it.
 *
 * @param tools for templates that write them
 * @param preamble for those that do not
 * @param sections remembers the tokens of prompts' stretches with the list; null where there is none
 */
public record DescribedTools(
        List<Map<String, Object>> tools,
        String preamble,
        @Nullable SectionMemory sections) {

    /** No tools. */
    public static final DescribedTools NONE = new DescribedTools(List.of(), "", null);

    private static final String BEGIN = "\n<tools>\n";
    private static final String END = "\n</tools>";

    /** A list with at least one tool. */
    public static DescribedTools of(List<Map<String, Object>> tools) {
        String preamble = ToolMessages.preamble(tools);
        return new DescribedTools(tools, preamble, new SectionMemory(lines(preamble)));
    }

    /** The tools alone, which templates that write them themselves write alike. */
    private static String lines(String preamble) {
        return preamble.substring(preamble.indexOf(BEGIN) + BEGIN.length(), preamble.lastIndexOf(END));
    }
}
