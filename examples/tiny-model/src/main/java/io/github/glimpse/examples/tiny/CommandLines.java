package io.github.glimpse.examples.tiny;

import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

/** The command lines of this example: read by picocli, and refused with what is wrong and what there is. */
public final class CommandLines {

    private CommandLines() {}

    /** A command line that cannot be meant; the message names the option and those there are. */
    public static final class WrongArgumentsException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        /** Says what is wrong. */
        public WrongArgumentsException(String message) {
            super(message);
        }
    }

    /**
     * Reads arguments into the annotated fields of an object.
     *
     * @return the object
     * @throws WrongArgumentsException if an argument is unknown or missing, or a value does not fit
     */
    public static <T> T read(T options, List<String> arguments) {
        CommandLine line = new CommandLine(options)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(true)
                .setExpandAtFiles(false);
        try {
            line.parseArgs(arguments.toArray(String[]::new));
            return options;
        } catch (ParameterException e) {
            throw new WrongArgumentsException(e.getMessage() + System.lineSeparator() + line.getUsageMessage());
        }
    }

    /** Runs a program; wrong arguments are told on the error stream and end the process with 2. */
    public static void run(Runnable program) {
        int code = run(program, System.err);
        if (code != ExitCode.OK) {
            System.exit(code);
        }
    }

    /** Runs a program and gives the exit code: 0, or 2 for wrong arguments. */
    public static int run(Runnable program, PrintStream errors) {
        try {
            program.run();
            return ExitCode.OK;
        } catch (WrongArgumentsException e) {
            errors.println(e.getMessage());
            return ExitCode.USAGE;
        }
    }
}
