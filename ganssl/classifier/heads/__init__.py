"""Heads: what turns a row of standardised features into the probability of the positive class.

    linear     logistic regression, trained with Keras and stopped on held-out faces
    dense      one small hidden layer with dropout, trained alike
    logistic   logistic regression, scikit-learn's solver
    forest     random forest, scikit-learn

All answer from plain NumPy arrays, so that a saved classifier holds numbers
and no code, and scoring needs neither Keras nor scikit-learn.
"""
