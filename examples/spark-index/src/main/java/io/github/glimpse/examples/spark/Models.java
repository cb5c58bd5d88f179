package io.github.glimpse.examples.spark;

import static java.util.Objects.requireNonNull;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.embedding.EmbeddingModel;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.documents.AskingPageReader;
import io.github.glimpse.documents.DocumentIndexer;
import io.github.glimpse.documents.ExtractingPageReader;
import io.github.glimpse.documents.PageReader;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models of an executor: loaded by its first task, used by all, freed when the process ends. Never a broadcast: weights are native memory. */
final class Models {

    private static final Logger LOG = LoggerFactory.getLogger(Models.class);

    private static @Nullable IndexSettings loadedFor;
    private static @Nullable DocumentIndexer indexer;

    private Models() {}

    static synchronized DocumentIndexer indexer(IndexSettings settings) {
        if (!settings.equals(loadedFor)) {
            LOG.info("This executor loads its models: {}", settings);
            indexer = DocumentIndexer.builder()
                    .embeddingModel(embeddings(settings))
                    .reader(reader(settings))
                    .build();
            loadedFor = settings;
        }
        return requireNonNull(indexer);
    }

    private static RuntimeOptions runtime(IndexSettings settings) {
        return RuntimeOptions.defaults().withThreads(settings.threads());
    }

    private static @Nullable EmbeddingModel embeddings(IndexSettings settings) {
        String folder = settings.embeddingModel();
        return folder == null
                ? null
                : GlimpseEmbeddingModel.builder()
                        .engine(EmbeddingEngine.load(EmbeddingOptions.builder(Path.of(folder))
                                .runtime(runtime(settings))
                                .maxRunning(settings.tasks())
                                .build()))
                        .build();
    }

    private static @Nullable PageReader reader(IndexSettings settings) {
        String schema = settings.schema();
        if (schema == null && settings.fields().isEmpty()) {
            return null;
        }
        String folder = settings.model();
        String module = settings.module();
        ModelSource model = folder == null ? ModelSource.embedded() : ModelSource.open(folder);
        EngineOptions.Builder options = EngineOptions.builder(model.directory())
                .runtime(runtime(settings))
                .maxRunning(settings.tasks());
        if (folder == null) {
            options.module(ModelSource.embeddedModule().directory());
        } else if (module != null) {
            options.module(ModelSource.openModule(module).directory());
        }
        ChatModel chat = GlimpseChatModel.builder()
                .model(LoadedModel.load(options.build()))
                .build();
        if (schema == null) {
            return new AskingPageReader(
                    chat, settings.fields(), settings.refusals().toArray(String[]::new));
        }
        JsonSchema record = JsonSchema.builder()
                .name("page")
                .rootElement(JsonRawSchema.from(schema))
                .build();
        return new ExtractingPageReader(chat, settings.prompt(), record);
    }
}
