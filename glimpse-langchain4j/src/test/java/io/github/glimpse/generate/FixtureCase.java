package io.github.glimpse.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.text.ChatTemplate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One case: what is asked, and what the reference gave. */
record FixtureCase(FixtureFamily family, String number, JsonNode request, JsonNode expected) {

    // The reference gives arguments to the template as values, which writes them so.
    private static final ChatTemplate ARGUMENTS = ChatTemplate.parse("{{ arguments | tojson }}");

    Path directory() {
        return family.directory().resolve("cases").resolve(number);
    }

    Optional<Path> module() {
        return request.hasNonNull("glimpse_module")
                ? Optional.of(
                        family.directory().resolve(request.get("glimpse_module").textValue()))
                : Optional.empty();
    }

    ImageAspect aspect() {
        return ImageAspect.valueOf(
                request.path("image_aspect_ratio").asText("auto").toUpperCase(Locale.ROOT));
    }

    boolean isPruned() {
        return expected.hasNonNull("pruned");
    }

    /** What is asked: the conversation with its tools. */
    GenerationRequest request(PruningOptions pruning) {
        List<OfferedTool> tools = new ArrayList<>();
        for (JsonNode tool : request.path("tools")) {
            JsonNode function = tool.get("function");
            String parameters = function.get("parameters").toString();
            tools.add(new OfferedTool(
                    new ToolShape(function.get("name").textValue(), parameters, ToolShape.Arguments.STRICT),
                    function.path("description").textValue()));
        }
        return new GenerationRequest(turns(), pruning, generation(), new ToolOffer(tools, null), null);
    }

    List<ChatTurn> turns() {
        List<ChatTurn> turns = new ArrayList<>();
        for (JsonNode message : request.get("messages")) {
            List<ChatTurn.Part> parts = new ArrayList<>();
            JsonNode content = message.get("content");
            if (content.isTextual() && !content.textValue().isEmpty()) {
                parts.add(new ChatTurn.Text(content.textValue()));
            }
            for (JsonNode part : content) {
                parts.add(part(part));
            }
            List<ChatTurn.Call> calls = new ArrayList<>();
            for (JsonNode call : message.path("tool_calls")) {
                JsonNode function = call.get("function");
                calls.add(new ChatTurn.Call(
                        function.get("name").textValue(), ARGUMENTS.render(Map.of("arguments", arguments(function)))));
            }
            String role = message.get("role").textValue().toUpperCase(Locale.ROOT);
            turns.add(new ChatTurn(ChatTurn.Role.valueOf(role), parts, calls, null));
        }
        return turns;
    }

    private static Object arguments(JsonNode function) {
        return FixtureFamily.JSON.convertValue(function.get("arguments"), Object.class);
    }

    private ChatTurn.Part part(JsonNode part) {
        return switch (part.get("type").textValue()) {
            case "image" -> new ChatTurn.Picture(bytes(part.get("image")));
            case "video" -> {
                List<byte[]> frames = new ArrayList<>();
                part.get("frames").forEach(frame -> frames.add(bytes(frame)));
                List<Integer> indices = new ArrayList<>();
                part.get("indices").forEach(index -> indices.add(index.intValue()));
                yield new ChatTurn.Video(
                        frames,
                        new VideoTimes(
                                indices,
                                part.get("fps").doubleValue(),
                                part.get("total_frames").intValue()));
            }
            default -> new ChatTurn.Text(part.get("text").textValue());
        };
    }

    /** The four settings of the case override the module's: null there is "none" here. */
    PruningOptions pruning() {
        Set<Anchor> anchors = new HashSet<>();
        request.path("anchor_positions").forEach(name -> anchors.add(Anchor.of(name.textValue())));
        return PruningOptions.builder()
                .threshold(request.get("reduce_threshold").doubleValue())
                .maxRetentionRatio(
                        request.get("max_remain_ratio").isNull()
                                ? 1.0
                                : request.get("max_remain_ratio").doubleValue())
                .minTokens(
                        request.get("min_remain_num").isNull()
                                ? 0
                                : request.get("min_remain_num").intValue())
                .anchors(anchors)
                .build();
    }

    GenerationOptions generation() {
        return GenerationOptions.builder()
                .maxOutputTokens(request.get("max_new_tokens").intValue())
                .repetitionPenalty(request.get("repetition_penalty").doubleValue())
                .build();
    }

    private byte[] bytes(JsonNode file) {
        try {
            return Files.readAllBytes(directory().resolve(file.textValue()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return family.name() + " " + number + ": " + request.path("title").asText();
    }
}
