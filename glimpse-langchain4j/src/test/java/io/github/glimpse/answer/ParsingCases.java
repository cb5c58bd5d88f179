package io.github.glimpse.answer;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.testing.chat.ReleasedTemplates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Answers of {@code parsing.json} in folders of released templates, read whole and cut into pieces in every way. */
public final class ParsingCases {

    private ParsingCases() {}

    /** Reads every answer; by name the first difference, or an empty text. */
    public static Map<String, String> differences() throws IOException {
        Map<String, String> differences = new LinkedHashMap<>();
        for (Path folder : ReleasedTemplates.folders()) {
            JsonNode file = AnswerFixtures.read(folder.resolve("parsing.json"));
            for (JsonNode testCase : file.path("cases")) {
                differences.put(
                        folder + " " + testCase.path("name").textValue(),
                        failure(testCase, AnswerFixtures.setup(testCase, file.path("toolsets"))));
            }
        }
        return differences;
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
