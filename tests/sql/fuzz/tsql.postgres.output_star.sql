delete from t using u where u.id = t.id returning*
