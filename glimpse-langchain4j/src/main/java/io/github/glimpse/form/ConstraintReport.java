package io.github.glimpse.form;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How an answer was kept to its form.
 *
 * @param kind of the form
 * @param compileTime how long the form took to prepare; requests with the same form share it
 * @param maskTime how long this answer's masks took, all together
 * @param forcedTokens tokens beside which nothing else could have been written
 * @param truncated whether the limit of output tokens had a say in it: without it the answer might have gone on
 * @param choiceScores of a choice, how likely the model holds each of its texts, as shares of one in the order of the texts;
 *     empty for other forms, and where there are too many texts
 * @param fields of a JSON document, for each value how likely the least likely of its tokens was, 0..1, by JSON pointer in the
 *     document's order; empty for other forms
 */
public record ConstraintReport(
        AnswerForm.Kind kind,
        Duration compileTime,
        Duration maskTime,
        int forcedTokens,
        boolean truncated,
        Map<String, Double> choiceScores,
        Map<String, Double> fields) {

    /** Copies the maps, in their order. */
    public ConstraintReport {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        choiceScores = Collections.unmodifiableMap(new LinkedHashMap<>(choiceScores));
    }

    /** Without the texts of a choice, which may hold what nobody else is to read. */
    @Override
    public String toString() {
        return "ConstraintReport[" + kind + ", compiled in " + compileTime.toNanos() / 1000 + " us, masks "
                + maskTime.toNanos() / 1000 + " us, forced tokens " + forcedTokens + (truncated ? ", truncated" : "")
                + (choiceScores.isEmpty() ? "" : ", " + choiceScores.size() + " choice scores")
                + (fields.isEmpty() ? "" : ", " + fields.size() + " fields") + "]";
    }
}
