package io.github.glimpse.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Tags around the thought of an answer, in the order in which they are looked for. */
final class ThoughtTags {

    private static final Map<String, String> OPENING_BY_CLOSING = tags();

    private ThoughtTags() {}

    private static Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("</think>", "<think>");
        tags.put("[/THINK]", "[THINK]");
        tags.put("<channel|>", "<|channel>");
        tags.put("<|END_THINKING|>", "<|START_THINKING|>");
        tags.put("<|close|>think<|sep|>", "<|open|>think<|sep|>");
        tags.put("</mm:think>", "<mm:think>");
        return tags;
    }

    /** The closing tags that a template mentions. */
    static List<String> ends(Predicate<String> mentioned) {
        return OPENING_BY_CLOSING.keySet().stream().filter(mentioned).toList();
    }

    /** End of the last closing tag; 0 if there is none. */
    static int lastEnd(List<String> closing, String text) {
        int end = 0;
        for (String tag : closing) {
            int found = text.lastIndexOf(tag);
            end = Math.max(end, found < 0 ? 0 : found + tag.length());
        }
        return end;
    }

    /** Applies {@code guard} to all of a text but the tags up to the last closing one. */
    static String outside(List<String> closing, String text, UnaryOperator<String> guard) {
        int end = lastEnd(closing, text);
        StringBuilder guarded = new StringBuilder();
        int begin = 0;
        for (int at = 0; at < end; ) {
            String tag = tagAt(closing, text, at);
            if (tag.isEmpty()) {
                at++;
                continue;
            }
            guarded.append(begin == at ? "" : guard.apply(text.substring(begin, at)))
                    .append(tag);
            at += tag.length();
            begin = at;
        }
        return guarded.append(guard.apply(text.substring(begin))).toString();
    }

    private static String tagAt(List<String> closing, String text, int at) {
        for (String tag : closing) {
            for (String either : List.of(tag, OPENING_BY_CLOSING.getOrDefault(tag, tag))) {
                if (text.startsWith(either, at)) {
                    return either;
                }
            }
        }
        return "";
    }
}
