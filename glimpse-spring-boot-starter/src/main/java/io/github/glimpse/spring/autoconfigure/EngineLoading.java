package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.exception.ModelNotFoundException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Loads the engine when {@code glimpse.load} says. What fails at the start stops it; what fails later is logged in the same
 * words.
 */
final class EngineLoading {

    private static final Logger LOG = LoggerFactory.getLogger(EngineLoading.class);

    private final GlimpseProperties.Load when;
    private final ModelSources sources;
    private final Environment environment;

    EngineLoading(GlimpseProperties.Load when, ModelSources sources, Environment environment) {
        this.when = when;
        this.sources = sources;
        this.environment = environment;
    }

    /** The locations, as far as they can be opened without a download unless the model is loaded now. */
    static ModelSources sources(GlimpseProperties properties, @Nullable ClassLoader classPath) {
        return found(() -> switch (properties.load()) {
            case EAGER -> ModelSources.open(properties.model(), classPath);
            case BACKGROUND, LAZY -> ModelSources.openLocal(properties.model(), classPath);
        });
    }

    /** The location of the embedding model, which is loaded at the start whatever {@code glimpse.load} says. */
    static ModelSources embeddingSources(GlimpseProperties properties, @Nullable ClassLoader classPath) {
        return found(() -> ModelSources.openEmbedding(properties, classPath));
    }

    /**
     * The embedding model, loaded now.
     *
     * @throws ModelNotFoundException if the model is not there or makes no vectors
     * @throws io.github.glimpse.GlimpseException if it cannot be loaded otherwise
     */
    static EmbeddingEngine embedding(EmbeddingOptions options) {
        return found(() -> {
            try {
                return EmbeddingEngine.load(options);
            } catch (IllegalArgumentException e) {
                throw new InvalidPropertyException(
                        PropertiesMapper.EMBEDDING_PRUNING, String.valueOf(e.getMessage()), e);
            }
        });
    }

    /** The location of the model that scores, which is loaded at the start whatever {@code glimpse.load} says. */
    static ModelSources scoringSources(GlimpseProperties properties, @Nullable ClassLoader classPath) {
        return found(() -> ModelSources.openScoring(properties, classPath));
    }

    /**
     * The model that scores, loaded now.
     *
     * @throws ModelNotFoundException if the model is not there or does not tell how well a text fits a picture
     * @throws io.github.glimpse.GlimpseException if it cannot be loaded otherwise
     */
    static LoadedModel scoring(EngineOptions options) {
        return found(() -> {
            LoadedModel engine;
            try {
                engine = LoadedModel.load(options);
            } catch (UnsupportedContentException e) {
                throw new InvalidPropertyException(
                        PropertiesMapper.SCORING_FIRST_TOKEN, String.valueOf(e.getMessage()), e);
            } catch (IllegalArgumentException e) {
                throw new InvalidPropertyException(PropertiesMapper.SCORING_PRUNING, String.valueOf(e.getMessage()), e);
            }
            try {
                engine.checkMatching();
                return engine;
            } catch (UnsupportedModelException e) {
                engine.close();
                throw e;
            }
        });
    }

    /**
     * The engine.
     *
     * @throws ModelNotFoundException if it is loaded now and the model is not there or of no known family
     * @throws io.github.glimpse.GlimpseException if it is loaded now and that fails otherwise
     */
    LoadedModel engine(EngineOptions options) {
        if (when == GlimpseProperties.Load.EAGER) {
            return found(() -> placed(() -> LoadedModel.load(options)));
        }
        Path placeholder = sources.module();
        LoadedModel engine = LoadedModel.deferred(options, known -> {
            sources.fetch();
            // A customizer's own module stays.
            return known.withFiles(
                    sources.model(), Objects.equals(known.module(), placeholder) ? sources.module() : known.module());
        });
        var unused = engine.whenLoaded().whenComplete((loaded, failure) -> {
            if (failure != null && !engine.isClosed()) {
                report(engine.name(), failure instanceof CompletionException ? failure.getCause() : failure);
            }
        });
        if (when == GlimpseProperties.Load.BACKGROUND) {
            engine.startLoading();
        }
        return engine;
    }

    private static LoadedModel placed(Supplier<LoadedModel> loading) {
        try {
            return loading.get();
        } catch (IllegalArgumentException | UnsupportedContentException e) {
            throw misplaced(e);
        }
    }

    /**
     * What only the loaded model can refuse: places, strategies, schedules and profiles that it cannot have, and answers that
     * it cannot make in this way, such as by beam search.
     */
    private static InvalidPropertyException misplaced(RuntimeException e) {
        String key = e instanceof UnsupportedContentException ? PropertiesMapper.GENERATION : PropertiesMapper.PRUNING;
        return new InvalidPropertyException(key, String.valueOf(e.getMessage()), e);
    }

    /** LangChain4j's type for a model that is not there, around ours, which the failure analysers know. */
    private static <T> T found(Supplier<T> loading) {
        try {
            return loading.get();
        } catch (ModelFilesException | UnsupportedModelException e) {
            throw new ModelNotFoundException(e.getMessage(), e);
        } catch (InvalidPropertyException e) {
            if (e.getCause() instanceof ModelFilesException) {
                throw new ModelNotFoundException(e.getMessage(), e);
            }
            throw e;
        }
    }

    private void report(String model, @Nullable Throwable failure) {
        Throwable known = failure instanceof IllegalArgumentException || failure instanceof UnsupportedContentException
                ? misplaced((RuntimeException) failure)
                : failure;
        FailureAnalysis analysis = known == null ? null : analysis(known);
        if (analysis == null) {
            LOG.error("The model {} could not be loaded; requests are refused", model, failure);
        } else {
            LOG.error(
                    "The model {} could not be loaded; requests are refused\n\nDescription:\n\n{}\n\nAction:\n\n{}\n",
                    model,
                    analysis.getDescription(),
                    analysis.getAction());
            LOG.debug("The failure in full", failure);
        }
    }

    private @Nullable FailureAnalysis analysis(Throwable failure) {
        AbstractFailureAnalyzer<?> first = new InvalidPropertyFailureAnalyzer(environment);
        FailureAnalysis analysis = first.analyze(failure);
        return analysis != null ? analysis : new GlimpseFailureAnalyzer(environment).analyze(failure);
    }
}
