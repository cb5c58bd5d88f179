package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.store.embedding.EmbeddingStore;
import io.github.glimpse.PrintableText;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.documents.DocumentFolder;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.DocumentIndexer;
import io.github.glimpse.documents.DocumentLimits;
import io.github.glimpse.documents.DocumentVectors;
import io.github.glimpse.documents.IndexedPage;
import io.github.glimpse.documents.PagePictureInjector;
import io.github.glimpse.documents.PageReader;
import io.github.glimpse.documents.PageRetrievalAugmentor;
import io.github.glimpse.documents.PageRetriever;
import io.github.glimpse.documents.PageTextRetriever;
import io.github.glimpse.documents.PageTools;
import io.github.glimpse.documents.PageVectorRetriever;
import io.github.glimpse.documents.PdfIsolation;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.util.unit.DataSize;

/**
 * Auto-configuration of retrieval-augmented generation (RAG) over a folder of documents, off until {@code
 * glimpse.rag.documents} names one: the index, made at the start, a retriever of pages, the augmentor that adds
 * their images to questions, and the tools of agents ({@link GlimpseToolsAutoConfiguration}). Each backs off for a
 * bean of the application. {@link ScanReader} chooses the reader of pages without a text layer. With an embedding
 * model and an {@link EmbeddingStore} pages are found by vectors too: of their images by Glimpse's model, else of
 * their text by the application's. Runs before LangChain4j's auto-configuration, which makes another retriever where
 * there is none.
 */
@AutoConfiguration(after = GlimpseEmbeddingAutoConfiguration.class, beforeName = GlimpseAutoConfiguration.LANGCHAIN4J)
@ConditionalOnClass({DocumentIndex.class, RetrievalAugmentor.class})
@ConditionalOnSwitch(GlimpseAutoConfiguration.SWITCH)
@Conditional(OnDocumentsCondition.class)
@EnableConfigurationProperties(GlimpseProperties.class)
public final class GlimpseDocumentsAutoConfiguration {

    static final String DOCUMENTS = "glimpse.rag.documents";
    static final String PDF_MEMORY = "glimpse.rag.pdf.max-memory";
    static final String READ_SCANS = "glimpse.rag.read-scans";
    static final String RETRIEVER = "glimpsePageRetriever";

    private static final int MOST_NAMES = 20;
    private static final Logger LOG = LoggerFactory.getLogger(GlimpseDocumentsAutoConfiguration.class);

    GlimpseDocumentsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    DocumentIndex glimpseDocumentIndex(
            GlimpseProperties properties,
            ObjectProvider<PageReader> readers,
            ObjectProvider<GlimpseChatModel> glimpse,
            ObjectProvider<ChatModel> models,
            ObjectProvider<GlimpseEmbeddingModel> embeddings,
            ObjectProvider<EmbeddingModel> texts,
            ObjectProvider<EmbeddingEngine> engines)
            throws IOException {
        GlimpseProperties.Rag rag = properties.rag();
        Path documents = documents(rag);
        if (!Files.isDirectory(documents)) {
            throw new InvalidPropertyException(
                    DOCUMENTS, "'" + documents + "' is no folder; name one with PDF files or images", null);
        }
        ScanReader scans = ScanReader.choose(rag.readScans(), readers, glimpse, models);
        DocumentIndexer.Builder indexer = DocumentIndexer.builder().reader(scans.reader());
        @Nullable GlimpseEmbeddingModel images = embeddings.getIfUnique();
        if (images == null) {
            indexer.textEmbeddingModel(texts.getIfUnique());
        } else {
            indexer.embeddingModel(images).embeddingLabel(label(engines.getIfUnique()));
        }
        DocumentIndex index = indexer.build().index(folder(documents, rag), indexFile(rag));
        List<IndexedPage> unsearchable = index.unsearchable();
        LOG.info(
                "{} pages of documents can be found; {} have neither text nor vectors, {} pages or files could not"
                        + " be read",
                index.pages().size() - unsearchable.size(),
                unsearchable.size(),
                index.errors().size());
        index.errors().forEach(row -> LOG.warn("{}", PrintableText.of(String.valueOf(row.error()))));
        if (!unsearchable.isEmpty()) {
            LOG.warn(
                    "No question finds {} of {} pages, which have no text layer: {}. {}",
                    unsearchable.size(),
                    index.pages().size(),
                    names(unsearchable),
                    scans.remedy());
        }
        return index;
    }

    private static String names(List<IndexedPage> pages) {
        String names = pages.stream().limit(MOST_NAMES).map(IndexedPage::label).collect(Collectors.joining("; "));
        return pages.size() > MOST_NAMES ? names + " and " + (pages.size() - MOST_NAMES) + " more" : names;
    }

    /** Pruning and weights: another model may come to lie in the same folder. */
    private static @Nullable String label(@Nullable EmbeddingEngine engine) throws IOException {
        if (engine == null) {
            return null;
        }
        CRC32C weights = new CRC32C();
        try (Stream<Path> files = Files.list(engine.options().model())) {
            for (Path file : files.filter(each -> each.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList()) {
                try (InputStream bytes = new CheckedInputStream(Files.newInputStream(file), weights)) {
                    bytes.transferTo(OutputStream.nullOutputStream());
                }
            }
        }
        return engine.label() + ", weights " + Long.toHexString(weights.getValue());
    }

    private static DocumentFolder folder(Path documents, GlimpseProperties.Rag rag) {
        DataSize memory = rag.pdf().maxMemory();
        DocumentLimits limits = DocumentLimits.defaults();
        try {
            limits = memory == null ? limits : limits.withMaxMemoryBytes(memory.toBytes());
        } catch (IllegalArgumentException e) {
            throw new InvalidPropertyException(PDF_MEMORY, String.valueOf(e.getMessage()), e);
        }
        return new DocumentFolder(
                documents,
                limits,
                rag.dotsPerInch(),
                Objects.requireNonNullElse(rag.pdf().isolation(), PdfIsolation.PROCESS));
    }

    private static Path documents(GlimpseProperties.Rag rag) {
        return Objects.requireNonNull(rag.documents()).toAbsolutePath().normalize();
    }

    private static Path indexFile(GlimpseProperties.Rag rag) {
        Path documents = documents(rag);
        return rag.index() != null ? rag.index() : documents.resolveSibling(documents.getFileName() + ".index");
    }

    /**
     * What finds pages of the index, made where nobody else does: by no bean of a type that applications ask for, so that one which has
     * several retrievers of its own keeps them.
     */
    record PageSearch(ContentRetriever retriever) {}

    @Bean
    @Lazy
    PageSearch glimpsePageSearch(
            GlimpseProperties properties,
            DocumentIndex index,
            ObjectProvider<GlimpseEmbeddingModel> embeddings,
            ObjectProvider<EmbeddingModel> texts,
            ObjectProvider<EmbeddingStore<TextSegment>> stores)
            throws IOException {
        int most = properties.rag().maxResults();
        ContentRetriever text = new PageTextRetriever(index, most);
        @Nullable EmbeddingModel images = embeddings.getIfUnique();
        @Nullable EmbeddingModel model = images == null ? texts.getIfUnique() : images;
        @Nullable EmbeddingStore<TextSegment> store = stores.getIfUnique();
        if (model == null || store == null) {
            return new PageSearch(text);
        }
        update(store, index, indexFile(properties.rag()));
        return new PageSearch(
                new PageRetriever(List.of(text, new PageVectorRetriever(index, model, store, most)), most));
    }

    @Bean(RETRIEVER)
    @ConditionalOnMissingBean(ContentRetriever.class)
    ContentRetriever glimpsePageRetriever(PageSearch search) {
        return search.retriever();
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
            GlimpseProperties properties,
            DocumentIndex index,
            ObjectProvider<ContentRetriever> retrievers,
            ObjectProvider<PageSearch> search) {
        return new PageRetrievalAugmentor(
                retrievers.getIfUnique(() -> search.getObject().retriever()),
                new PagePictureInjector(index, properties.rag().maxPages()));
    }

    @Bean
    @ConditionalOnMissingBean
    PageTools glimpsePageToolSet(
            DocumentIndex index, ObjectProvider<ContentRetriever> retrievers, ObjectProvider<PageSearch> search) {
        return new PageTools(
                index, retrievers.getIfUnique(() -> search.getObject().retriever()));
    }
}
