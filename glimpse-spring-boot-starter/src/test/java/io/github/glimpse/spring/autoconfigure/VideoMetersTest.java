package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What meters say of videos, and of the steps in which answers were made. */
class VideoMetersTest {

    @TempDir
    private Path folder;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseMetersAutoConfiguration.class))
            .withPropertyValues(
                    "glimpse.model.location="
                            + TinyModel.folder("qwen2_5_vl-video-tiny").resolve("model"),
                    "glimpse.pruning.schedule[0].strategy=evs",
                    "glimpse.pruning.schedule[0].retention-ratio=0.5",
                    "glimpse.generation.max-output-tokens=4")
            .withUserConfiguration(Registry.class);

    @Configuration(proxyBeanMethods = false)
    static class Registry {

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }

    @Test
    void aVideosSlicesAreCounted() {
        runner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) context.getBean(ChatModel.class)
                    .chat(UserMessage.from(TestVideo.clip(folder), TextContent.from("What happens?")))
                    .metadata();

            PruningReport.Video video = metadata.pruning().videos().get(0);
            assertThat(video.slices()).isEqualTo(3);
            assertThat(registry.get("glimpse.video.retention").summary().totalAmount())
                    .isEqualTo(video.retention())
                    .isBetween(0.3, 0.5);
            assertThat(slice(registry, "most")).isEqualTo(video.most());
            assertThat(slice(registry, "least")).isEqualTo(video.least()).isLessThan(video.most());
            assertThat(registry.get("glimpse.video.slices.emptied").counter().count())
                    .isEqualTo(video.emptied());
            assertThat(registry.get("glimpse.decode.tokens").functionCounter().count())
                    .isGreaterThanOrEqualTo(metadata.tokenUsage().outputTokenCount() - 1.0)
                    .isEqualTo((double)
                            context.getBean(LoadedModel.class).stepUse().tokens());
        });
    }

    private static double slice(MeterRegistry registry, String extreme) {
        return registry.get("glimpse.video.slice.tokens")
                .tag("extreme", extreme)
                .summary()
                .totalAmount();
    }
}
