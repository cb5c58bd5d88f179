package io.github.glimpse.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tool calls as released chat templates ({@code -Dglimpse.templates=FOLDER[,FOLDER…]}) write them, found and read back. */
class WrittenCallsIT {

    @Test
    void findsTheFormatOfEachTemplateByRenderingACall() {
        List<ReleasedTemplate> templates = templates();
        for (ReleasedTemplate template : templates) {
            String found = WrittenCalls.detect((messages, tools) -> template.render(messages, tools, false))
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
}
