package io.github.glimpse.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * Answers of released models ({@code -Dglimpse.templates=FOLDER[,FOLDER…]}), whole and cut into pieces in every way.
 */
class ParsingFixturesIT {

    @Test
    void readsEachAnswerUnderEverySplit() throws IOException {
        List<Path> folders = AnswerFixtures.folders();
        assumeFalse(folders.isEmpty(), "no -Dglimpse.templates");
        List<String> failures = new ArrayList<>();
        int count = 0;
        for (Path folder : folders) {
            JsonNode file = AnswerFixtures.read(folder.resolve("parsing.json"));
            for (JsonNode testCase : file.path("cases")) {
                count++;
                String failure = failure(testCase, AnswerFixtures.setup(testCase, file.path("toolsets")));
                if (!failure.isEmpty()) {
                    failures.add(testCase.path("name").textValue() + ": " + failure);
                }
            }
        }
        System.out.printf(Locale.ROOT, "conversations: parsing %d%n", count);
        assertThat(failures).as("of %d answers", count).isEmpty();
    }

    @Test
    void findsTheFormatOfEachTemplateByRenderingACall() {
        List<ReleasedTemplate> templates = templates();
        for (ReleasedTemplate template : templates) {
            String found = ToolCallFormatDetector.detect((messages, tools) -> template.render(messages, tools, false))
                    .map(ToolCallFormat::id)
                    .orElse("");
            assertThat(found).as(template.name()).isEqualTo(template.format());
        }
    }

    @Test
    void readsBackTheCallsThatEachTemplateWrites() throws IOException {
        for (ReleasedTemplate template : templates()) {
            if (template.format().isEmpty()) {
                continue;
            }
            boolean writesSeveral =
                    template.meta().at("/features/parallel_calls").asText().equals("read");
            for (List<JsonNode> calls : RoundTripCalls.all(writesSeveral)) {
                AnswerEventLog log = RoundTripCalls.roundTrip(template, calls);
                assertThat(RoundTripCalls.read(log))
                        .as("%s, calls %s", template.name(), calls)
                        .isEqualTo(calls);
                assertThat(log.text).as(template.name()).isEmpty();
            }
        }
    }

    private static List<ReleasedTemplate> templates() {
        List<ReleasedTemplate> templates = ReleasedTemplate.all();
        assumeFalse(templates.isEmpty(), "no -Dglimpse.templates");
        return templates;
    }

    private static String failure(JsonNode testCase, AnswerSetup setup) throws IOException {
        List<JsonNode> allowed = Stream.concat(
                        Stream.of(testCase.path("expected")),
                        StreamSupport.stream(testCase.path("also_allowed").spliterator(), false))
                .toList();
        int length = testCase.path("model_output").textValue().length();
        for (List<String> pieces : AnswerFixtures.splits(testCase)) {
            AnswerEventLog log = AnswerEventLog.read(setup, AnswerFixtures.ending(testCase), pieces);
            JsonNode read = AnswerFixtures.result(log);
            if (allowed.stream().noneMatch(one -> AnswerFixtures.isSame(one, read))) {
                return pieces.size() + " pieces are read as " + read + ", not " + allowed.get(0);
            }
            List<String> ids = log.calls.stream().map(ReadCall::id).toList();
            for (int index = 0; index < testCase.path("ids").size(); index++) {
                JsonNode id = testCase.path("ids").get(index);
                if (!id.isNull() && !id.textValue().equals(ids.get(index))) {
                    return "ids " + ids + ", not " + testCase.path("ids");
                }
            }
            if (log.examined > 8L * length) {
                return log.examined + " characters examined of " + length;
            }
        }
        return "";
    }
}
