package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseStreamingChatModel;
import io.github.glimpse.chat.GlimpseTokenCountEstimator;
import io.github.glimpse.chat.RequestTracer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.FileSystemGeneratedFiles;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.javapoet.ClassName;

/** Spring's ahead-of-time processing of our own auto-configurations: what it makes compiles, starts and answers. */
class AheadOfTimeTest {

    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    private static final String[] PROPERTIES = {
        "glimpse.model.location=" + TinyModel.QWEN.resolve("model"),
        "glimpse.model.pruning-module=" + TinyModel.QWEN.resolve("glimpse"),
        "glimpse.model.name=made-ahead",
        "glimpse.generation.max-output-tokens=2",
        "glimpse.pruning.max-retention-ratio=0.5",
        "glimpse.logging.pruning=true",
        "management.endpoints.web.exposure.include=glimpse"
    };

    @TempDir
    private Path folder;

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        GlimpseAutoConfiguration.class,
        GlimpseHealthAutoConfiguration.class,
        GlimpseMetersAutoConfiguration.class,
        GlimpseObservationAutoConfiguration.class,
        GlimpseEndpointAutoConfiguration.class
    })
    static class Application {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        ObservationRegistry observations() {
            return ObservationRegistry.create();
        }
    }

    @Test
    void whatIsMadeAheadOfTimeCompilesStartsAndAnswers() throws Exception {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        ClassName initializer = generate(sources, classes);
        compile(sources, classes);

        try (OwnClasses loader = new OwnClasses(classes)) {
            start((ApplicationContextInitializer<?>) loader.loadClass(initializer.canonicalName())
                    .getDeclaredConstructor()
                    .newInstance());
        }
    }

    /** As a build does it: no model is loaded. */
    private ClassName generate(Path sources, Path classes) {
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get(Application.class)),
                new FileSystemGeneratedFiles(kind -> kind == Kind.SOURCE ? sources : classes));
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of(PROPERTIES).applyTo(context);
            context.register(Application.class);
            ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
            assertThat(context.getBeanFactory().containsSingleton(GlimpseAutoConfiguration.ENGINE))
                    .isFalse();
            return initializer;
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (Stream<Path> files = Files.walk(sources);
                StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<Path> java =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            boolean done = compiler.getTask(
                            messages,
                            manager,
                            null,
                            List.of("-proc:none", "-nowarn", "-classpath", CLASS_PATH, "-d", classes.toString()),
                            null,
                            manager.getJavaFileObjectsFromPaths(java))
                    .call();
            assertThat(done).as(messages.toString()).isTrue();
            assertThat(java).hasSizeGreaterThan(5);
        }
    }

    private static <C extends org.springframework.context.ConfigurableApplicationContext> void start(
            ApplicationContextInitializer<C> initializer) {
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            context.setClassLoader(initializer.getClass().getClassLoader());
            TestPropertyValues.of(PROPERTIES).applyTo(context);
            @SuppressWarnings("unchecked") // what is generated takes this very type
            C own = (C) context;
            initializer.initialize(own);
            context.refresh();

            assertThat(context.getBean(GlimpseStreamingChatModel.class)).isNotNull();
            assertThat(context.getBean(GlimpseTokenCountEstimator.class)).isNotNull();
            assertThat(context.getBean(RequestTracer.class)).isNotNull();
            assertThat(context.containsBean("glimpseEndpoint")).isTrue();
            assertThat(context.getBean(ChatModel.class)).isInstanceOf(GlimpseChatModel.class);
            assertThat(context.getBean(ChatModel.class)
                            .chat(TestPicture.question())
                            .metadata()
                            .modelName())
                    .isEqualTo("made-ahead");
            assertThat(context.getBean(MeterRegistry.class)
                            .get("glimpse.retention")
                            .summary()
                            .count())
                    .isOne();
        }
    }

    /**
     * The class path of an application that was processed: generated classes lie in the packages that they speak of. The
     * library, and so the native one, is that of this test.
     */
    private static final class OwnClasses extends URLClassLoader {

        OwnClasses(Path generated) throws IOException {
            super(urls(generated), AheadOfTimeTest.class.getClassLoader());
        }

        private static URL[] urls(Path generated) throws IOException {
            List<URL> urls = new ArrayList<>(List.of(generated.toUri().toURL()));
            for (String entry : CLASS_PATH.split(File.pathSeparator, -1)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            return urls.toArray(URL[]::new);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean own = name.startsWith("io.github.glimpse.spring.") || name.startsWith("org.springframework.boot.");
            if (!own) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
