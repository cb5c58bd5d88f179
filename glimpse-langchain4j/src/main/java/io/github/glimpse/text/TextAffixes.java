package io.github.glimpse.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Ids that a tokenizer's post-processor puts before and after a text, such as one for its beginning.
 *
 * <p>A prompt that already begins with these ids does not get them twice.
 *
 * @param before ids before the text
 * @param after  ids after the text
 */
record TextAffixes(List<Integer> before, List<Integer> after) {

    private static final TextAffixes NONE = new TextAffixes(List.of(), List.of());

    /** Reads the entry {@code post_processor} of a tokenizer file; absent or null means none. */
    static TextAffixes of(JsonNode processor) {
        String type = processor.path("type").asText("");
        return switch (type) {
            case "", "ByteLevel" -> NONE;
            case "TemplateProcessing" -> ofTemplate(processor);
            case "BertProcessing", "RobertaProcessing" ->
                new TextAffixes(List.of(idOfPair(processor.path("cls"))), List.of(idOfPair(processor.path("sep"))));
            case "Sequence" -> ofSequence(processor.path("processors"));
            default -> throw TokenizerFile.damaged("it has a post-processor of the unknown type '" + type + "'");
        };
    }

    /** Later processors put theirs around what the earlier ones made. */
    private static TextAffixes ofSequence(JsonNode processors) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        for (JsonNode processor : processors) {
            TextAffixes affixes = of(processor);
            before.addAll(0, affixes.before());
            after.addAll(affixes.after());
        }
        return new TextAffixes(before, after);
    }

    private static int idOfPair(JsonNode pair) {
        return id(pair.path(1));
    }

    private static int id(JsonNode id) {
        if (!id.isInt() || id.intValue() < 0) {
            throw TokenizerFile.damaged("its post-processor has a token without a valid id");
        }
        return id.intValue();
    }

    private static TextAffixes ofTemplate(JsonNode processor) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        boolean textSeen = false;
        for (JsonNode piece : processor.path("single")) {
            if (piece.has("Sequence")) {
                textSeen = true;
            } else {
                String name = piece.path("SpecialToken").path("id").asText();
                JsonNode ids = processor.path("special_tokens").path(name).path("ids");
                if (ids.isEmpty()) {
                    throw TokenizerFile.damaged("its post-processor names a token that it does not define");
                }
                List<Integer> side = textSeen ? after : before;
                ids.forEach(id -> side.add(id(id)));
            }
        }
        if (!textSeen) {
            throw TokenizerFile.damaged("its post-processor leaves the text out");
        }
        return new TextAffixes(before, after);
    }

    /** The text's ids with those before and after; ids that it already begins with are not repeated. */
    int[] around(int[] ids) {
        List<Integer> added = startsWith(ids) ? Collections.emptyList() : before;
        int[] all = new int[added.size() + ids.length + after.size()];
        int next = 0;
        for (int id : added) {
            all[next++] = id;
        }
        for (int id : ids) {
            all[next++] = id;
        }
        for (int id : after) {
            all[next++] = id;
        }
        return all;
    }

    /** How many ids {@link #around} puts before. */
    int addedBefore(int[] ids) {
        return startsWith(ids) ? 0 : before.size();
    }

    private boolean startsWith(int[] ids) {
        if (ids.length < before.size()) {
            return false;
        }
        for (int index = 0; index < before.size(); index++) {
            if (ids[index] != before.get(index)) {
                return false;
            }
        }
        return true;
    }
}
