package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.common.AbstractBaseChatModelIT;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import io.github.glimpse.generate.LoadedModel;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** LangChain4j's published suite on models with a language decoder. */
@ExtendWith(NeedsKnowledge.class)
class PublishedChatModelIT extends PublishedChatModelSuite {

    PublishedChatModelIT() {
        super(
                TinyModels.qwen(),
                LoadedModel.load(TinyModels.options(TinyModels.LLAVA).build()));
    }

    @Test
    void everyTestThatIsSwitchedOffStillExists() {
        Stream<Class<?>> suites = Stream.of(AbstractBaseChatModelIT.class, AbstractStreamingChatModelIT.class);
        List<String> published = suites.flatMap(suite -> Stream.of(suite.getDeclaredMethods()))
                .map(Method::getName)
                .toList();

        assertThat(published).containsAll(NeedsKnowledge.TESTS.keySet());
    }
}
