// What a model archive says of itself, for whoever opens it, and for whoever works on the coding of the models.

extension ModelArchive {
    static let readmeName = "README.txt"

    /// Describes the format, whichever kind of model is in the archive.
    static let readme = """
        A model that Groundwork has trained from labels.

        To use it again, name model.tar.gz where the API takes a model: InitialActiveLearningModelArn of a labeling
        job (by the name under which DescribeModel knows it), or ModelDataUrl of CreateModel, for a transform job.

        model.json
          format      "\(ModelArchive.format)"
          extractor   what turns an object into the numbers that the model reads
          labels      names of the classes, in the order of the model's outputs

        model.bin
          Little-endian. Its first eight bytes tell the kind; "u32" is an unsigned integer of 32 bits, "f32" a number in
          single precision, "[n]" that n follow each other, rows first.

          "GWTEXT01"  text classification: softmax((terms x weights + intercepts) / temperature)
            u32 classes, columns   f32 temperature, intercepts[classes]
            u32 buckets[columns], ascending   f32 what a column counts[columns], weights[columns][classes]
            A column is a hashed term (words, pairs of words, runs of 3 and 4 characters); a term that occurs n times
            counts 1 + ln n times the column's number, and the row is brought to length 1.

          "GWMODEL1"  image classification: small networks on maps or on pixels, the mean of whose logits, divided by
            the temperature, goes through softmax
            u32 kind (1: maps, 2: pixels), side, channels, layers
            per layer u32 channels, kernel, stride
            u32 classes, members   f32 temperature   u32 length and bytes of the extractor's name
            f32 shift[channels], scale[channels]   per member f32 parameters[...]

          "GWPOOL01", "GWTINY01"  image classification: softmax((standardised numbers x weights + intercepts) /
            temperature), on features of the whole network or on the pixels of icons
            u32 inputs, columns, classes   f32 temperature
            f32 shift[inputs], scale[inputs], weights[columns][classes], intercepts[classes]

          "GWBOXES1", "GWMASKS1"  bounding boxes and masks: networks that answer for every place of the maps
            u32 classes, layers   per layer u32 channels, kernel, is doubled, is joined
            u32 members   u32 length and bytes of the extractor's name
            f32 shift[272], scale[272]   per member f32 parameters[...]   f32 settings of the decision[...]

          "GWFORGN1"  a model that another program has
            u32 classes   the bytes of that program's own name for it

        """
}
