package io.github.glimpse.examples.playground;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the page asks: the part {@code request} as JSON.
 *
 * @param messages the conversation, the question last
 * @param settings of this request; null values leave it to the properties
 */
record AskRequest(
        @Nullable List<Message> messages, @Nullable Settings settings) {

    private static final int MOST_MESSAGES = 200;

    /**
     * One message.
     *
     * @param role {@code user} or {@code assistant}
     * @param text what was said
     * @param pictures numbers of the sent files that go with it, from 0; of users only
     */
    record Message(
            @Nullable String role,
            @Nullable String text,
            @Nullable List<Integer> pictures) {}

    /** One cut of a schedule, as in {@code glimpse.pruning.schedule[]}. */
    record Step(
            @Nullable String at,
            @Nullable String strategy,
            @Nullable Double retentionRatio,
            @Nullable Double threshold,
            @Nullable Double maxRetentionRatio,
            @Nullable Integer minTokens) {

        private PruningStep step() {
            if (strategy == null) {
                throw refused("A step of the schedule names no strategy; add one, such as fastv");
            }
            return PruningStep.builder(strategy)
                    .at(at)
                    .retentionRatio(retentionRatio)
                    .threshold(threshold)
                    .maxRetentionRatio(maxRetentionRatio)
                    .minTokens(minTokens)
                    .build();
        }
    }

    /** Settings, as in {@code glimpse.pruning} and {@code glimpse.generation}. */
    record Settings(
            @Nullable String profile,
            @Nullable String strategy,
            @Nullable Double retentionRatio,
            @Nullable Double threshold,
            @Nullable Double maxRetentionRatio,
            @Nullable Integer minTokens,
            @Nullable List<Step> schedule,
            @Nullable Long seed,
            @Nullable Double temperature,
            @Nullable Integer maxOutputTokens) {

        private GlimpseChatRequestParameters parameters() {
            PruningOptions pruning = PruningOptions.builder()
                    .profile(profile)
                    .strategy(strategy)
                    .retentionRatio(retentionRatio)
                    .threshold(threshold)
                    .maxRetentionRatio(maxRetentionRatio)
                    .minTokens(minTokens)
                    .schedule(
                            schedule == null
                                    ? List.of()
                                    : schedule.stream().map(Step::step).toList())
                    .build();
            GlimpseChatRequestParameters.Builder parameters = GlimpseChatRequestParameters.builder()
                    .pruning(pruning)
                    .seed(seed)
                    .returnScoreMap(true);
            if (temperature != null) {
                parameters.temperature(temperature);
            }
            if (maxOutputTokens != null) {
                parameters.maxOutputTokens(maxOutputTokens);
            }
            return parameters.build();
        }
    }

    private static final Settings UNSET = new Settings(null, null, null, null, null, null, null, null, null, null);

    /**
     * As LangChain4j takes it.
     *
     * @param pictures as they were sent
     * @throws Trouble.RefusedException if that cannot be
     * @throws IllegalArgumentException if a number is out of its range
     */
    ChatRequest chat(List<ImageContent> pictures) {
        List<Message> all = messages == null ? List.of() : messages;
        if (all.isEmpty() || all.size() > MOST_MESSAGES) {
            throw refused("There are " + all.size() + " messages, it must be 1 to " + MOST_MESSAGES
                    + "; send the question as the last one, or start anew");
        }
        Set<Integer> used = new HashSet<>();
        List<ChatMessage> mapped = new ArrayList<>();
        for (Message message : all) {
            mapped.add(message(message, pictures, used));
        }
        if (used.size() != pictures.size()) {
            throw refused("There are " + pictures.size() + " parts 'picture' and the messages name " + used.size()
                    + " of them; give each to a message by its number, from 0");
        }
        return ChatRequest.builder()
                .messages(mapped)
                .parameters((settings == null ? UNSET : settings).parameters())
                .build();
    }

    private static ChatMessage message(@Nullable Message message, List<ImageContent> pictures, Set<Integer> used) {
        if (message == null || message.text() == null || message.text().isBlank()) {
            throw refused("A message has no text; write a question");
        }
        List<Integer> numbers = message.pictures() == null ? List.of() : message.pictures();
        if ("assistant".equals(message.role()) && numbers.isEmpty()) {
            return AiMessage.from(message.text());
        }
        if (!"user".equals(message.role())) {
            throw refused(
                    "A message has the role '" + message.role() + "'; it must be user, or assistant without pictures");
        }
        List<Content> contents = new ArrayList<>();
        for (@Nullable Integer number : numbers) {
            if (number == null || number < 0 || number >= pictures.size() || !used.add(number)) {
                throw refused("A message names picture " + number + " of " + pictures.size()
                        + "; each has its number once, from 0");
            }
            contents.add(pictures.get(number));
        }
        contents.add(TextContent.from(message.text()));
        return UserMessage.from(contents);
    }

    private static Trouble.RefusedException refused(String message) {
        return new Trouble.RefusedException(Trouble.bad(message));
    }

    /** Numbers of the pictures in the order of the prompt. */
    int[] order() {
        return messages == null
                ? new int[0]
                : messages.stream()
                        .flatMap(message -> message.pictures() == null
                                ? Arrays.stream(new Integer[0])
                                : message.pictures().stream())
                        .mapToInt(Integer::intValue)
                        .toArray();
    }
}
