package io.github.glimpse.examples.playground;

import java.io.PrintStream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Serves the page on this machine. */
@SpringBootApplication(proxyBeanMethods = false)
public class PlaygroundApplication {

    private static final int FAILED = 1;

    /** Starts and says where the page is; {@code --help} lists the options. */
    public static void main(String[] arguments) {
        if (arguments.length == 1 && arguments[0].equals("--help")) {
            System.out.print(PlaygroundOptions.USAGE);
            return;
        }
        if (!start(System.out, System.err, arguments)) {
            System.exit(FAILED);
        }
    }

    private static boolean start(PrintStream out, PrintStream err, String... arguments) {
        String[] properties;
        try {
            properties = PlaygroundOptions.properties(arguments).toArray(String[]::new);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return false;
        }
        try {
            ConfigurableApplicationContext context = SpringApplication.run(PlaygroundApplication.class, properties);
            out.println("The page is at http://localhost:"
                    + context.getEnvironment().getProperty("local.server.port") + "/ (Ctrl+C ends it)");
            return true;
        } catch (RuntimeException e) {
            // Spring Boot has logged what is wrong and what to do.
            return false;
        }
    }
}
