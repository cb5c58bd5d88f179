package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.rag.DefaultRetrievalAugmentor;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import io.github.glimpse.embedding.EmbeddingEngine;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * What LangChain4j's AI services ask before a question, where there is one content retriever and our embedding model: the retriever,
 * for questions about pictures too. Backs off for any other {@link RetrievalAugmentor}.
 */
@AutoConfiguration(after = GlimpseEmbeddingAutoConfiguration.class, afterName = GlimpseAutoConfiguration.LANGCHAIN4J)
@ConditionalOnClass({EmbeddingEngine.class, DefaultRetrievalAugmentor.class})
public final class GlimpseRetrievalAutoConfiguration {

    GlimpseRetrievalAutoConfiguration() {}

    @Bean
    @ConditionalOnBean(name = GlimpseEmbeddingAutoConfiguration.MODEL)
    @ConditionalOnSingleCandidate(ContentRetriever.class)
    @ConditionalOnMissingBean(RetrievalAugmentor.class)
    RetrievalAugmentor glimpseRetrievalAugmentor(ContentRetriever retriever) {
        return new PictureRetrievalAugmentor(
                DefaultRetrievalAugmentor.builder().contentRetriever(retriever).build());
    }
}
