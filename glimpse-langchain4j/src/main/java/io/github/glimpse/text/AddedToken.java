package io.github.glimpse.text;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A token that is found in the text before the model's own vocabulary is used.
 *
 * @param id         its id
 * @param content    the text that it stands for
 * @param normalized whether it is looked for in the normalised text
 * @param special    whether decoding leaves it out
 * @param singleWord whether no letter or number may stand beside it
 * @param lstrip     whether it takes the blanks before it with it
 * @param rstrip     whether it takes those behind it
 */
record AddedToken(
        int id,
        String content,
        boolean normalized,
        boolean special,
        boolean singleWord,
        boolean lstrip,
        boolean rstrip) {

    static AddedToken of(JsonNode node) {
        return new AddedToken(
                node.path("id").asInt(-1),
                node.path("content").asText(),
                node.path("normalized").asBoolean(),
                node.path("special").asBoolean(),
                node.path("single_word").asBoolean(),
                node.path("lstrip").asBoolean(),
                node.path("rstrip").asBoolean());
    }

    /** The same, looked for in the text as it is written. */
    AddedToken asWritten() {
        return new AddedToken(id, content, false, special, singleWord, lstrip, rstrip);
    }

    /**
     * Whether a user must not be able to type it: special ones, and those in brackets that carry meaning for the model,
     * such as {@code <tool_call>}. One character, or blanks, are ordinary text whatever the file says of them.
     */
    boolean isGuarded() {
        boolean ordinary = content.codePointCount(0, content.length()) < 2 || content.isBlank();
        return !ordinary && (special || isBracketed());
    }

    private boolean isBracketed() {
        return (isWithin("<", ">") || isWithin("[", "]")) && content.chars().anyMatch(Character::isLetterOrDigit);
    }

    private boolean isWithin(String open, String close) {
        return content.startsWith(open) && content.endsWith(close);
    }
}
