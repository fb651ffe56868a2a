package rivet.cli.project;

/** A place in a file, counted from 1. */
public record Place(int line, int column) {

    @Override
    public String toString() {
        return line + ":" + column;
    }
}
