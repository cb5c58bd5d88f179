package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.store.embedding.EmbeddingStore;
import io.github.glimpse.documents.DocumentFolder;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.DocumentIndexer;
import io.github.glimpse.documents.DocumentLimits;
import io.github.glimpse.documents.DocumentVectors;
import io.github.glimpse.documents.PagePictureInjector;
import io.github.glimpse.documents.PageReader;
import io.github.glimpse.documents.PageRetrievalAugmentor;
import io.github.glimpse.documents.PageRetriever;
import io.github.glimpse.documents.PageTextRetriever;
import io.github.glimpse.documents.PageTools;
import io.github.glimpse.documents.PageVectorRetriever;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * A folder of documents that AI services answer from, off until {@code glimpse.rag.documents} names one: the index, made at the start, a
 * retriever of pages, the augmentor that shows them, and what the tools of agents do ({@link GlimpseToolsAutoConfiguration}). Each backs off for a bean of the application. A bean of type
 * {@link PageReader} reads pages without a text layer; with our embedding model and an {@link EmbeddingStore} pages are found by vectors
 * too. Comes before LangChain4j's, which makes a retriever of its own where there is none.
 */
@AutoConfiguration(after = GlimpseEmbeddingAutoConfiguration.class, beforeName = GlimpseAutoConfiguration.LANGCHAIN4J)
@ConditionalOnClass({DocumentIndex.class, RetrievalAugmentor.class})
@ConditionalOnSwitch(GlimpseAutoConfiguration.SWITCH)
@ConditionalOnProperty(GlimpseDocumentsAutoConfiguration.DOCUMENTS)
@EnableConfigurationProperties(GlimpseProperties.class)
public final class GlimpseDocumentsAutoConfiguration {

    static final String DOCUMENTS = "glimpse.rag.documents";
    static final String RETRIEVER = "glimpsePageRetriever";

    private static final Logger LOG = LoggerFactory.getLogger(GlimpseDocumentsAutoConfiguration.class);

    GlimpseDocumentsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    DocumentIndex glimpseDocumentIndex(
            GlimpseProperties properties,
            ObjectProvider<PageReader> reader,
            ObjectProvider<GlimpseEmbeddingModel> embeddings)
            throws IOException {
        GlimpseProperties.Rag rag = properties.rag();
        Path documents = documents(rag);
        if (!Files.isDirectory(documents)) {
            throw new InvalidPropertyException(
                    DOCUMENTS, "'" + documents + "' is no folder; name one with PDF files or pictures", null);
        }
        DocumentIndex index = DocumentIndexer.builder()
                .reader(reader.getIfUnique())
                .embeddingModel(embeddings.getIfUnique())
                .build()
                .index(new DocumentFolder(documents, DocumentLimits.defaults(), rag.dotsPerInch()), indexFile(rag));
        LOG.info(
                "{} pages of documents can be found, {} cannot",
                index.pages().size(),
                index.errors().size());
        index.errors().forEach(row -> LOG.warn("{}", row.error()));
        return index;
    }

    private static Path documents(GlimpseProperties.Rag rag) {
        return Objects.requireNonNull(rag.documents()).toAbsolutePath().normalize();
    }

    private static Path indexFile(GlimpseProperties.Rag rag) {
        Path documents = documents(rag);
        return rag.index() != null ? rag.index() : documents.resolveSibling(documents.getFileName() + ".index");
    }

    @Bean(RETRIEVER)
    @ConditionalOnMissingBean(ContentRetriever.class)
    ContentRetriever glimpsePageRetriever(
            GlimpseProperties properties,
            DocumentIndex index,
            ObjectProvider<GlimpseEmbeddingModel> embeddings,
            ObjectProvider<EmbeddingStore<TextSegment>> stores)
            throws IOException {
        int most = properties.rag().maxResults();
        ContentRetriever text = new PageTextRetriever(index, most);
        @Nullable EmbeddingModel model = embeddings.getIfUnique();
        @Nullable EmbeddingStore<TextSegment> store = stores.getIfUnique();
        if (model == null || store == null) {
            return text;
        }
        update(store, index, indexFile(properties.rag()));
        return new PageRetriever(List.of(text, new PageVectorRetriever(index, model, store, most)), most);
    }

    private static void update(EmbeddingStore<TextSegment> store, DocumentIndex index, Path file) throws IOException {
        try {
            DocumentVectors.Update update =
                    DocumentVectors.update(store, index, file.resolveSibling(file.getFileName() + ".vectors"));
            LOG.info(
                    "{} vectors of pages are in the store, {} that are gone were removed",
                    update.added(),
                    update.removed());
        } catch (UnsupportedFeatureException e) {
            LOG.warn(
                    "The vector store cannot remove; vectors of documents that are gone stay there and find no page",
                    e);
            DocumentVectors.fill(store, index);
        }
    }

    @Bean
    @ConditionalOnMissingBean(RetrievalAugmentor.class)
    RetrievalAugmentor glimpsePageAugmentor(
            GlimpseProperties properties, DocumentIndex index, ContentRetriever retriever) {
        return new PageRetrievalAugmentor(
                retriever, new PagePictureInjector(index, properties.rag().maxPages()));
    }

    @Bean
    @ConditionalOnMissingBean
    PageTools glimpsePageToolSet(DocumentIndex index, ContentRetriever retriever) {
        return new PageTools(index, retriever);
    }
}
