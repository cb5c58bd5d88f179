package io.github.glimpse.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Numerics;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.Tokenizer;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What every family reads from a folder in the same way: tokenizer, chat template, stop ids, weights.
 *
 * @param files the folder
 * @param tokenizer its tokenizer; whoever loads the model closes it
 * @param template its chat template
 */
public record FamilyFiles(ModelFiles files, Tokenizer tokenizer, ChatTemplate template) implements AutoCloseable {

    /**
     * Reads them.
     *
     * @throws ModelFilesException if there is no chat template
     */
    public static FamilyFiles of(ModelFiles files) {
        ChatTemplate template = ChatTemplate.find(files.directory())
                .orElseThrow(
                        () -> new ModelFilesException(
                                "There is no chat template in " + files.directory()
                                        + "; add chat_template.json, chat_template.jinja or the key chat_template of tokenizer_config.json"));
        return of(files, template);
    }

    /** Reads them, with a template that is already known. */
    public static FamilyFiles of(ModelFiles files, ChatTemplate template) {
        return new FamilyFiles(files, Tokenizer.load(files.directory()), template);
    }

    /**
     * Opens the weights with the compute type that follows from options, machine and what is stored.
     *
     * @param yardstick the end of the name of a matrix whose stored type stands for the checkpoint's
     */
    public Weights openWeights(TorchRuntime runtime, LoadOptions options, String yardstick) {
        return openWeights(files, runtime, options, yardstick);
    }

    /** The same for a family without a chat template. */
    public static Weights openWeights(ModelFiles files, TorchRuntime runtime, LoadOptions options, String yardstick) {
        StoredQuantization.check(files.config());
        Map<String, TensorEntry> entries = SafetensorsIndex.of(files.directory());
        Dtype stored = entries.values().stream()
                .filter(entry ->
                        entry.name().endsWith(yardstick) && entry.type().isFloatingPoint())
                .findFirst()
                .map(entry -> entry.type().dtype())
                .orElseThrow(() -> new ModelFilesException("The checkpoint in " + files.directory() + " has no tensor '"
                        + yardstick + "' of type F32, BF16 or F16"));
        return Weights.open(
                runtime,
                entries,
                Numerics.dtype(runtime, options.dtype(), stored),
                options.weights(),
                options.int8Plan(),
                options.cacheTokens(),
                options.packsLater());
    }

    /** Ids that end an answer: {@code eos_token_id} of {@code generation_config.json}, else of {@code config.json}. */
    public Set<Integer> stopIds() {
        ModelConfig config = files.config();
        return Stream.of(
                        files.settings("generation_config.json"), Optional.of(config), config.optionalAt("text_config"))
                .flatMap(Optional::stream)
                .filter(settings -> settings.has("eos_token_id"))
                .findFirst()
                .map(settings -> Set.copyOf(settings.oneOrMoreIntegers("eos_token_id")))
                .orElse(Set.of());
    }

    /** Special tokens by the names that chat templates use: {@code bos_token}, {@code eos_token}, … */
    public Map<String, Object> templateVariables() {
        Map<String, Object> variables = new HashMap<>();
        files.json("tokenizer_config.json").ifPresent(json -> json.properties().forEach(entry -> {
            if (entry.getKey().endsWith("_token")) {
                JsonNode value = entry.getValue();
                String token = value.isTextual()
                        ? value.textValue()
                        : value.path("content").textValue();
                if (token != null) {
                    variables.put(entry.getKey(), token);
                }
            }
        }));
        return variables;
    }

    /**
     * What stands for a video: the token alone; null if the tokenizer does not know it or the template does not write it, so that
     * no videos are taken.
     */
    public @Nullable MediaPlaceholder videoToken(int id) {
        String spelling = tokenizer.spellingOf(id);
        return spelling != null && writesVideo(spelling) ? MediaPlaceholder.of(id) : null;
    }

    /** Whether the template writes a text where a video is. */
    public boolean writesVideo(String written) {
        Map<String, Object> variables = new HashMap<>(templateVariables());
        variables.put("messages", List.of(Map.of("role", "user", "content", List.of(Map.of("type", "video")))));
        try {
            return template.render(variables, Clock.system(ZoneId.systemDefault()), name -> {})
                    .contains(written);
        } catch (UnsupportedContentException e) {
            return false;
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
