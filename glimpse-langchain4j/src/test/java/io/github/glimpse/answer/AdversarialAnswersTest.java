package io.github.glimpse.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.glimpse.testing.Sample;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Adversarial outputs of each format: a sample by default, 60,000 in the profile {@code thorough}. */
class AdversarialAnswersTest {

    /** Reads numbers of any exponent. */
    private static final JsonMapper JSON = AnswerFixtures.JSON
            .rebuild()
            .disable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final int OUTPUTS = Sample.count(400, 60_000);
    private static final long SEED = Long.getLong("glimpse.seed", 75);

    /** Characters that a short output may cost beyond eight times its length. */
    private static final int CONSTANT = 64;

    private static final Set<String> NAMES =
            AdversarialAnswers.tools().stream().map(AnswerTool::name).collect(Collectors.toSet());

    @Test
    void readsEveryOutputWithoutErrorAndWithListedCallsOnly() throws JsonProcessingException {
        for (ToolCallFormat format : ToolCallFormat.values()) {
            AdversarialAnswers answers = new AdversarialAnswers(format, SEED);
            int calls = 0;
            for (int count = 0; count < OUTPUTS; count++) {
                String output = answers.next();
                AnswerSetup setup = answers.setup();
                AnswerEnding ending = answers.ending();
                AnswerEventLog whole = AnswerEventLog.read(setup, ending, List.of(output));
                AnswerEventLog pieces = AnswerEventLog.read(setup, ending, answers.cut(output));
                int number = count;
                Supplier<String> about = () -> format + " seed " + SEED + " output " + number + ": " + output;
                assertThat(summary(pieces)).as(about).isEqualTo(summary(whole));
                assertThat(whole.examined).as(about).isLessThanOrEqualTo(8L * output.length() + CONSTANT);
                for (ReadCall call : whole.calls) {
                    assertThat(NAMES).as(about).contains(call.name());
                    assertThat(JSON.readTree(call.arguments()).isObject())
                            .as(about)
                            .isTrue();
                }
                calls += whole.calls.size();
            }
            assertThat(calls).as("calls of %s", format).isPositive();
        }
    }

    @Test
    void readsTheGoodBlockOfEachFormat() {
        for (ToolCallFormat format : ToolCallFormat.values()) {
            AdversarialAnswers answers = new AdversarialAnswers(format, SEED);
            AnswerEventLog log = AnswerEventLog.of(
                    format, null, AdversarialAnswers.tools(), AnswerEnding.COMPLETE, answers.goodBlock());
            assertThat(log.calls).as(format.id()).isNotEmpty();
        }
    }

    private static String summary(AnswerEventLog log) {
        return "text=" + log.text + " thinking=" + log.thinking + " calls="
                + log.calls.stream()
                        .map(call -> call.id() + " " + call.name() + call.arguments())
                        .toList();
    }
}
