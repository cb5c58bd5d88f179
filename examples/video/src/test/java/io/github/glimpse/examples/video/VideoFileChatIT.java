package io.github.glimpse.examples.video;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import org.bytedeco.ffmpeg.global.avcodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chat is sent a file and finds the decoder by itself. */
class VideoFileChatIT {

    private static final Path MODEL = Path.of(System.getProperty("glimpse.basedir", "../.."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures/qwen2_vl-tiny/model");

    @TempDir
    private Path folder;

    @Test
    void theModelIsShownTwoFramesOfEachSecond() throws IOException {
        String file = Base64.getEncoder().encodeToString(Film.write(folder, "mp4", avcodec.AV_CODEC_ID_MPEG4));
        try (LoadedModel model = LoadedModel.load(EngineOptions.builder(MODEL)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .generation(GenerationOptions.builder().maxOutputTokens(2).build())
                .build())) {
            ChatResponse response = GlimpseChatModel.builder()
                    .model(model)
                    .build()
                    .chat(UserMessage.from(VideoContent.from(file, "video/mp4"), TextContent.from("What happens?")));

            // Four frames, so two slices; the second begins with the frame of one second.
            GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
            assertThat(metadata.pruning().images())
                    .extracting(image -> image.unit().slice())
                    .containsExactly(0, 1);
            assertThat(metadata.pruning().images().get(1).unit().seconds()).isEqualTo(1.25);
        }
    }
}
