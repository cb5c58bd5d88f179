package io.github.glimpse.chat;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.common.AbstractAiServiceWithToolsIT;
import io.github.glimpse.testing.TestCategory;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's published suite for tools of AI services; which tool is called comes from a script. */
@TestCategory.Reference
class PublishedAiServiceWithToolsIT extends AbstractAiServiceWithToolsIT {

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

    @Override
    protected boolean supportsMultimodalToolResults() {
        return true;
    }

    @Override
    protected boolean verifyModelInteractions() {
        return true;
    }

    /** Not the suite's own, which is fetched from a public URL. */
    @Override
    protected Image catImage() {
        ImageContent picture = TinyModels.image(TinyModels.QWEN, "020/a.png");
        return picture.image();
    }
}
