package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.model.qwen25vl.Qwen25VlFamily;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.glimpse.GlimpseStrategyFactory;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** What an application adds by beans: families, strategies and customizers. */
class ExtensionBeansTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN));

    @Test
    void aFamilyBeanWinsOverTheServiceOfItsName() {
        runner.withUserConfiguration(OwnFamily.class)
                .run(context ->
                        assertThat(context.getBean(CountingFamily.class).loaded).isOne());
    }

    @Test
    void aStrategyBeanWinsOverTheServiceOfItsName() {
        runner.withUserConfiguration(OwnGlimpse.class)
                .run(context -> assertThat(context.getBean(CountingStrategies.class).made)
                        .isOne());
    }

    @Test
    void aStrategyBeanIsKnownByItsName() {
        runner.withUserConfiguration(OwnStrategy.class)
                .withPropertyValues("glimpse.pruning.strategy=counted")
                .run(context -> assertThat(context.getBean(CountingStrategies.class).made)
                        .isOne());
    }

    @Test
    void customizersHaveTheLastWordInTheirOrder() {
        runner.withUserConfiguration(Customizers.class)
                .withPropertyValues("glimpse.model.name=of-the-properties", "glimpse.limits.max-images=3")
                .run(context -> {
                    LoadedModel engine = context.getBean(LoadedModel.class);
                    assertThat(engine.name()).isEqualTo("of-the-second");
                    assertThat(engine.options().maxImages()).isEqualTo(3);
                });
    }

    /** Qwen2.5-VL, counted. */
    private static final class CountingFamily implements ModelFamily {

        private final Qwen25VlFamily qwen = new Qwen25VlFamily();
        private int loaded;

        @Override
        public String name() {
            return qwen.name();
        }

        @Override
        public boolean accepts(ModelConfig config) {
            return qwen.accepts(config);
        }

        @Override
        public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
            loaded++;
            return qwen.load(files, options, runtime);
        }
    }

    /** GlimpsePrune under any name, counted. */
    private static final class CountingStrategies implements PruningStrategyFactory {

        private final String name;
        private int made;

        CountingStrategies(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public PruningStrategy create(StrategyContext context) {
            made++;
            return new GlimpseStrategyFactory().create(context);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFamily {

        @Bean
        CountingFamily family() {
            return new CountingFamily();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnGlimpse {

        @Bean
        CountingStrategies strategies() {
            return new CountingStrategies("glimpse");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStrategy {

        @Bean
        CountingStrategies strategies() {
            return new CountingStrategies("counted");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        @Bean
        @Order(2)
        GlimpseChatModelCustomizer second() {
            return options -> options.name("of-the-second");
        }

        @Bean
        @Order(1)
        GlimpseChatModelCustomizer first() {
            return options -> options.name("of-the-first");
        }
    }
}
