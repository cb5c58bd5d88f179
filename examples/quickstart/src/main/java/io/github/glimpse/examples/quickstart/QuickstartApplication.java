package io.github.glimpse.examples.quickstart;

import io.github.glimpse.spring.autoconfigure.GlimpseChatModelCustomizer;
import java.io.PrintStream;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** A question about a picture on the command line. */
@SpringBootApplication(proxyBeanMethods = false)
public class QuickstartApplication {

    private static final int FAILED = 1;
    private static final List<String> HELP = List.of("--help", "-h");

    /** Asks, prints and ends; {@code --help} or {@code -h} lists the options. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** The exit code: 0, or 1 if something is wrong that {@code err} or Spring Boot's log names; of the doctor what it found. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        if (HELP.stream().anyMatch(List.of(arguments)::contains)) {
            out.print(QuickstartOptions.USAGE);
            return 0;
        }
        try {
            List<String> given = List.of(arguments);
            if (given.contains(Doctor.OPTION)) {
                return Doctor.run(given, out);
            }
            QuickstartOptions options = QuickstartOptions.parse(arguments);
            Picture picture = Picture.read(options.image());
            return ask(options, picture, out);
        } catch (QuickstartException e) {
            err.println(e.getMessage());
            return FAILED;
        }
    }

    private static int ask(QuickstartOptions options, Picture picture, PrintStream out) {
        ConfigurableApplicationContext started;
        try {
            started = SpringApplication.run(
                    QuickstartApplication.class, options.properties().toArray(String[]::new));
        } catch (RuntimeException e) {
            // Spring Boot has logged what is wrong and what to do.
            return FAILED;
        }
        try (ConfigurableApplicationContext context = started) {
            context.getBean(Quickstart.class).ask(options, picture, out);
            return 0;
        }
    }

    /** A large model answers before its weights are packed: the one question here would wait for that longer than it takes. */
    @Bean
    GlimpseChatModelCustomizer packingLater() {
        return options ->
                options.load(options.build().load().toBuilder().packsLater(true).build());
    }
}
