package io.github.glimpse.spring.openai;

import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.prune.PruningStep;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The field {@code glimpse} of a request: how its pictures are pruned. The names are those of the properties, in the API's spelling. */
final class PruningReader {

    private static final Set<String> NAMES = Set.of(
            "profile", "strategy", "schedule", "retention_ratio", "max_retention_ratio", "threshold", "return_scores");
    private static final Set<String> STEP =
            Set.of("at", "strategy", "retention_ratio", "max_retention_ratio", "threshold", "min_tokens", "options");

    private PruningReader() {}

    static void read(JsonField glimpse, GlimpseChatRequestParameters.Builder parameters) {
        // The map is large; who wants it asks for it.
        parameters.returnScoreMap(glimpse.at("return_scores").isTrue());
        if (!glimpse.isSet()) {
            return;
        }
        glimpse.allowOnly(NAMES);
        if (glimpse.at("profile").isSet()) {
            parameters.profile(glimpse.at("profile").text());
        }
        if (glimpse.at("strategy").isSet()) {
            parameters.pruningStrategy(glimpse.at("strategy").text());
        }
        if (glimpse.at("schedule").isSet()) {
            parameters.pruningSchedule(glimpse.at("schedule").list().stream()
                    .map(step -> inRange(step, () -> step(step)))
                    .toList());
        }
        JsonField ratio = glimpse.at("retention_ratio");
        JsonField cap = glimpse.at("max_retention_ratio");
        JsonField threshold = glimpse.at("threshold");
        if (ratio.isSet()) {
            var unused = inRange(ratio, () -> parameters.pruningRetentionRatio(ratio.numberOrNull()));
        }
        if (cap.isSet()) {
            var unused = inRange(cap, () -> parameters.maxRetentionRatio(cap.numberOrNull()));
        }
        if (threshold.isSet()) {
            var unused = inRange(threshold, () -> parameters.pruningThreshold(threshold.numberOrNull()));
        }
    }

    private static PruningStep step(JsonField step) {
        step.allowOnly(STEP);
        PruningStep.Builder built = PruningStep.builder(step.at("strategy").text())
                .at(step.at("at").textOrNull())
                .retentionRatio(step.at("retention_ratio").numberOrNull())
                .maxRetentionRatio(step.at("max_retention_ratio").numberOrNull())
                .threshold(step.at("threshold").numberOrNull())
                .minTokens(step.at("min_tokens").wholeOrNull());
        JsonField options = step.at("options");
        if (options.isSet()) {
            Map<String, String> values = new LinkedHashMap<>();
            options.entries().forEach(option -> values.put(option.getKey(), scalar(option.getValue())));
            built.options(values);
        }
        return built.build();
    }

    private static String scalar(JsonField option) {
        if (option.node() == null || option.node().isContainerNode()) {
            throw option.invalid("has to be a text, a number, true or false");
        }
        return option.node().asText();
    }

    /** Numbers out of their range are told with the path of the request. */
    private static <T> T inRange(JsonField field, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw field.invalid("cannot be: " + JsonField.abbreviated(String.valueOf(e.getMessage())));
        }
    }
}
