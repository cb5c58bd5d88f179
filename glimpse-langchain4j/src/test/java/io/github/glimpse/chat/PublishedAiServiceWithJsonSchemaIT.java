package io.github.glimpse.chat;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.common.AbstractAiServiceWithJsonSchemaIT;
import io.github.glimpse.testing.TestCategory;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/**
 * LangChain4j's published suite for typed results of AI services, all of it. What is in the text comes from a script, whether it
 * may stand in the answer from the mask.
 */
@TestCategory.Reference
class PublishedAiServiceWithJsonSchemaIT extends AbstractAiServiceWithJsonSchemaIT {

    private final KnowingModels models = new KnowingModels();

    @AfterAll
    void close() {
        models.close();
    }

    @Override
    protected List<ChatModel> models() {
        return models.models();
    }

    @Override
    protected boolean supportsRecursion() {
        return true;
    }
}
