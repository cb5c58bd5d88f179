package com.example.cookbook.providers;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.cookbook.Receipt;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Two providers in one application: each service asks its own, and the agent of one asks the other as its tool. */
@SpringBootTest(properties = "office.key=none")
class ProvidersTest {

    private static final OfficeStub OFFICE = open();

    @Autowired
    private PictureReader reader;

    @Autowired
    private Writer writer;

    @Autowired
    private Desk desk;

    @Autowired
    private Clerk clerk;

    private static OfficeStub open() {
        try {
            return new OfficeStub();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @DynamicPropertySource
    static void office(DynamicPropertyRegistry properties) {
        properties.add("office.url", OFFICE::url);
    }

    @AfterAll
    static void close() {
        OFFICE.close();
    }

    @BeforeEach
    void forget() {
        OFFICE.requests().clear();
    }

    @Test
    void eachServiceAsksTheModelThatItNames() throws IOException {
        OFFICE.says("{\"role\": \"assistant\", \"content\": \"Dear guest, it was 87.00.\"}");

        assertThat(reader.read("What is the total?", Receipt.content())).isEqualTo("87.00");
        assertThat(OFFICE.requests()).isEmpty();
        assertThat(writer.letter("total 87.00")).isEqualTo("Dear guest, it was 87.00.");
        assertThat(OFFICE.requests()).hasSize(1);
    }

    @Test
    void aQualifierTellsModelsApart() throws IOException {
        OFFICE.says("{\"role\": \"assistant\", \"content\": \"Dear guest, your order is Z79.\"}");

        assertThat(desk.polite(UserMessage.from(TextContent.from("What is the order?"), Receipt.content())))
                .isEqualTo("Dear guest, your order is Z79.");
        assertThat(OFFICE.requests()).singleElement().asString().contains("about this: Z79");
    }

    @Test
    void theAgentOfAnotherProviderAsksGlimpseAboutAPicture() {
        OFFICE.says("""
                {"role": "assistant", "tool_calls": [{"id": "call-1", "type": "function", "function":
                  {"name": "lookAt", "arguments": "{\\"picture\\": \\"receipt\\", \\"question\\": \\"What is the total?\\"}"}}]}
                """);
        OFFICE.says("{\"role\": \"assistant\", \"content\": \"The total is 87.00.\"}");

        assertThat(clerk.work("How much was lunch? See the receipt.")).isEqualTo("The total is 87.00.");

        List<String> requests = OFFICE.requests();
        assertThat(requests).hasSize(2).noneMatch(request -> request.contains("image"));
        assertThat(requests.get(0)).contains("\"lookAt\"", "How much was lunch?");
        assertThat(requests.get(1)).containsPattern("\"role\"\\s*:\\s*\"tool\"").contains("87.00");
    }
}
