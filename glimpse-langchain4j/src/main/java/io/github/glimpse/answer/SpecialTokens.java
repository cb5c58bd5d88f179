package io.github.glimpse.answer;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Texts in tags and formats that vocabularies may have as single tokens. */
final class SpecialTokens {

    private static final Pattern TOKEN = Pattern.compile("<[^<>]*>|\\[/?[A-Z_]+\\]|｜DSML｜");

    private SpecialTokens() {}

    static List<String> in(List<String> literals) {
        return literals.stream()
                .flatMap(literal -> TOKEN.matcher(literal).results().map(MatchResult::group))
                .distinct()
                .toList();
    }
}
