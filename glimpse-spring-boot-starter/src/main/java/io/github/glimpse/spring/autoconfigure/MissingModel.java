package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseStreamingChatModel;
import io.github.glimpse.chat.GlimpseTokenCountEstimator;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.embedding.GlimpseScoringModel;
import io.github.glimpse.generate.LoadedModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Beans that Glimpse makes or leaves out as properties say, and why one is not there. */
enum MissingModel {
    CHAT_MODEL(GlimpseChatModel.class, "glimpseChatModel"),
    STREAMING_CHAT_MODEL(GlimpseStreamingChatModel.class, "glimpseStreamingChatModel"),
    TOKEN_COUNT_ESTIMATOR(GlimpseTokenCountEstimator.class, "glimpseTokenCountEstimator"),
    ENGINE(LoadedModel.class, GlimpseAutoConfiguration.ENGINE),
    EMBEDDING_MODEL(GlimpseEmbeddingModel.class, GlimpseEmbeddingAutoConfiguration.MODEL),
    EMBEDDING_ENGINE(EmbeddingEngine.class, GlimpseEmbeddingAutoConfiguration.ENGINE),
    SCORING_MODEL(GlimpseScoringModel.class, GlimpseScoringAutoConfiguration.MODEL);

    /**
     * Why there is none.
     *
     * @param cause the properties that say so, a sentence without its full stop
     * @param remedy the property to set, the same
     */
    record Reason(String cause, String remedy) {}

    private static final List<String> OTHERS =
            List.of(GlimpseEmbeddingAutoConfiguration.SWITCH, GlimpseScoringAutoConfiguration.SWITCH);

    private final Class<?> type;
    private final String bean;

    MissingModel(Class<?> type, String bean) {
        this.type = type;
        this.bean = bean;
    }

    /** Which of our beans somebody asks for by this type or, without one, by this name. */
    static Optional<MissingModel> asked(@Nullable Class<?> type, @Nullable String name) {
        return Arrays.stream(values())
                .filter(model -> type == null
                        ? model.bean.equals(name)
                        : type != Object.class && type.isAssignableFrom(model.type))
                .findFirst();
    }

    /** What the properties say against it, empty if they are for it. */
    Optional<Reason> reason(Environment environment) {
        Binder binder = Binder.get(environment);
        if (isOff(binder, GlimpseAutoConfiguration.SWITCH)) {
            return off(GlimpseAutoConfiguration.SWITCH);
        }
        return switch (this) {
            case CHAT_MODEL -> switched(binder, GlimpseAutoConfiguration.CHAT_SWITCH);
            case STREAMING_CHAT_MODEL -> switched(binder, GlimpseAutoConfiguration.STREAMING_SWITCH);
            case TOKEN_COUNT_ESTIMATOR, ENGINE -> withoutEngine(binder);
            case EMBEDDING_MODEL, EMBEDDING_ENGINE ->
                offered(
                        binder,
                        GlimpseEmbeddingAutoConfiguration.SWITCH,
                        PropertiesMapper.EMBEDDING_LOCATION,
                        "a CLIP or SigLIP model");
            case SCORING_MODEL ->
                offered(
                        binder,
                        GlimpseScoringAutoConfiguration.SWITCH,
                        PropertiesMapper.SCORING_LOCATION,
                        "a BLIP model for image-text retrieval");
        };
    }

    private static Optional<Reason> switched(Binder binder, String key) {
        return isOff(binder, key) ? off(key) : withoutEngine(binder);
    }

    /**
     * An application that wants a model for vectors or scores, and names no other, gets no chat model: none is missing, mostly.
     *
     * @return why there is no engine of the chat models, empty if there is one
     */
    static Optional<Reason> withoutEngine(Binder binder) {
        boolean named = StringUtils.hasText(
                binder.bind(PropertiesMapper.LOCATION, String.class).orElse(""));
        List<String> wanted = OTHERS.stream()
                .filter(key -> binder.bind(key, Boolean.class).orElse(false))
                .toList();
        return named || wanted.isEmpty()
                ? Optional.empty()
                : Optional.of(new Reason(
                        String.join(" and ", wanted) + (wanted.size() == 1 ? " is" : " are") + " true and "
                                + PropertiesMapper.LOCATION + " is not set, so Glimpse loads no chat model",
                        "Set " + PropertiesMapper.LOCATION + "=" + ModelSources.EMBEDDED
                                + " for the embedded model, or to the directory of another"));
    }

    private static Optional<Reason> offered(Binder binder, String key, String location, String what) {
        return binder.bind(key, Boolean.class).orElse(false)
                ? Optional.empty()
                : Optional.of(new Reason(
                        key + " is not true, so Glimpse makes none",
                        "Set " + key + "=true and " + location + " to the directory of " + what));
    }

    private static Optional<Reason> off(String key) {
        return Optional.of(new Reason(key + " is false, so Glimpse makes none", "Leave " + key + " out"));
    }

    private static boolean isOff(Binder binder, String key) {
        return !binder.bind(key, Boolean.class).orElse(true);
    }
}
