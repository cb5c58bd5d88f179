package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.FinishReason;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ToolOffer;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers of untrained models, sampled, under schemas drawn at random, judged by a validator that knows nothing of masks.
 * {@code -Dglimpse.constrained.answers=5000} answers so many times with each tokenizer, of up to 512 tokens.
 */
@TestCategory.Reference
class RandomAnswersIT {

    private static final int ANSWERS = Integer.getInteger("glimpse.constrained.answers", Sample.count(10, 100));
    private static final int MOST_TOKENS = ANSWERS > 100 ? 512 : 64;
    private static final int LEAST_TOKENS = 16;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory VALIDATOR = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    @ParameterizedTest
    @ValueSource(strings = {ConstrainedFixtures.QWEN, ConstrainedFixtures.LLAVA})
    void everyAnswerParsesAndIsValid(String folder) throws Exception {
        Random random = new Random(7);
        RandomSchemas schemas = new RandomSchemas(random);
        int answered = 0;
        int truncated = 0;
        int refused = 0;
        int tokens = 0;
        Path model = Path.of("src/test/resources/fixtures", folder, "model");
        try (LoadedModel loaded = LoadedModel.load(EngineOptions.builder(model).build())) {
            while (answered < ANSWERS) {
                ObjectNode drawn = schemas.whole(3);
                if (refersToItself(drawn)) {
                    continue;
                }
                String schema = drawn.toString();
                AnswerForm form;
                GenerationResult result;
                int most = LEAST_TOKENS + random.nextInt(MOST_TOKENS - LEAST_TOKENS + 1);
                try {
                    form = AnswerForm.jsonSchema(schema, JsonStyle.OPEN);
                    result = loaded.generate(new GenerationRequest(
                            List.of(ChatTurn.user("What is it?")),
                            PruningOptions.defaults(),
                            GenerationOptions.builder()
                                    .temperature(1.0)
                                    .seed(random.nextLong())
                                    .maxOutputTokens(most)
                                    .build(),
                            ToolOffer.NONE,
                            form));
                } catch (InvalidConstraintException | UnsupportedConstraintException e) {
                    refused++;
                    continue;
                }
                answered++;
                tokens += result.tokenIds().length;
                boolean cut = Objects.requireNonNull(result.constraint()).truncated();
                truncated += cut ? 1 : 0;
                assertThat(result.tokenIds().length).isLessThanOrEqualTo(most);
                assertThat(result.finishReason()).isEqualTo(cut ? FinishReason.LENGTH : FinishReason.STOP);
                assertThat(isValid(schemas, drawn, result.text()))
                        .as("%s for %s", result.text(), schema)
                        .isTrue();
            }
        }
        System.out.println(folder + ": " + answered + " answers of " + tokens + " tokens valid, " + truncated
                + " of them closed before the limit, " + refused + " schemas refused");
    }

    /** Whether a schema is one of its own alternatives: the standard advises against it, and the validator never ends. */
    private static boolean refersToItself(ObjectNode root) {
        List<JsonNode> all = new ArrayList<>(List.of(root));
        root.path("$defs").forEach(all::add);
        return all.stream().anyMatch(schema -> leadsTo(schema, root, new ArrayList<>()));
    }

    private static boolean leadsTo(JsonNode schema, ObjectNode root, List<JsonNode> before) {
        if (before.contains(schema)) {
            return true;
        }
        before.add(schema);
        List<JsonNode> same = new ArrayList<>();
        for (String keyword : List.of("anyOf", "oneOf", "allOf")) {
            schema.path(keyword).forEach(same::add);
        }
        if (schema.has("$ref")) {
            same.add(root.at(schema.path("$ref").asText().substring(1)));
        }
        boolean leads = same.stream().anyMatch(each -> leadsTo(each, root, before));
        before.remove(before.size() - 1);
        return leads;
    }

    /**
     * Java's patterns, by which the validator reads, recurse for each character of some texts, so they get a stack for it. Of some
     * they never end: these few answers are judged by a search of this project's own.
     */
    private static boolean isValid(RandomSchemas schemas, ObjectNode schema, String text) throws Exception {
        FutureTask<Set<ValidationMessage>> task = new FutureTask<>(() -> VALIDATOR
                .getSchema(
                        schema.toString(),
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build())
                .validate(JSON.readTree(text)));
        Thread thread = new Thread(null, task, "validator", 256L << 20);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(20, TimeUnit.SECONDS).isEmpty();
        } catch (TimeoutException e) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] symbols = IntStream.range(0, bytes.length)
                    .map(index -> bytes[index] & 0xFF)
                    .toArray();
            return new SchemaSearch(new SchemaMeaning(schema, JsonStyle.OPEN, schemas.patterns())).isDocument(symbols);
        }
    }
}
