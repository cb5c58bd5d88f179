package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.web.servlet.DispatcherServlet;

/** When the advice is there; what it answers is tested on a server, in glimpse-spring-boot-tests. */
class GlimpseWebAutoConfigurationTest {

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseWebAutoConfiguration.class));

    @Test
    void answersErrorsInAWebApplicationOnly() {
        runner.run(context -> assertThat(context).hasSingleBean(ProblemDetailsAdvice.class));
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(GlimpseWebAutoConfiguration.class))
                .run(context -> assertThat(context).doesNotHaveBean(ProblemDetailsAdvice.class));
        runner.withClassLoader(new FilteredClassLoader(DispatcherServlet.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ProblemDetailsAdvice.class));
    }

    @Test
    void isTurnedOffByItsSwitchOrGlimpses() {
        runner.withPropertyValues("glimpse.web.problem-details.enabled=off")
                .run(context -> assertThat(context).doesNotHaveBean(ProblemDetailsAdvice.class));
        runner.withPropertyValues("glimpse.enabled=off")
                .run(context -> assertThat(context).doesNotHaveBean(ProblemDetailsAdvice.class));
    }

    @Test
    void backsOffForABeanOfItsName() {
        runner.withBean(
                        GlimpseWebAutoConfiguration.ADVICE,
                        ProblemDetailsAdvice.class,
                        () -> new ProblemDetailsAdvice(Duration.ofSeconds(1)))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ProblemDetailsAdvice.class));
    }

    @Test
    void refusesATimeThatNoHeaderCanSay() {
        runner.withPropertyValues("glimpse.web.problem-details.retry-after=0s")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("at least 1 second"));
    }
}
